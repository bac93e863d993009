package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// changes looks for known changes of a stream instead of anomalous records. Each detector goes alone, and learns anew
// after each of its alarms, as after a change that somebody has confirmed: so an alarm is either the first after a
// change, which finds it, or false.
func (b *evalBench) changes(ctx context.Context, r evalReader, files []string, at []int) (evalBoard, error) {
	sets, total, err := b.read(r, files)
	if err != nil {
		return evalBoard{}, err
	}
	alone, err := b.alone()
	if err != nil {
		return evalBoard{}, err
	}
	bar := newEvalProgress(b.note, total*len(alone))
	defer bar.end()
	board := evalBoard{Mode: "changes", Seed: b.seed, FalseAlarmRate: evalFAR}
	for _, set := range sets {
		if last := at[len(at)-1]; last >= len(set.rows) {
			return evalBoard{}, usageError{fmt.Errorf("--changes: %d is beyond the %d records of %s", last, len(set.rows), set.name)}
		}
		var rows []evalRow
		var took time.Duration
		for _, one := range alone {
			alarms, wall, err := one.alarms(ctx, set, bar)
			if err != nil {
				return evalBoard{}, err
			}
			took = wall // that of the last one, which is all detectors together
			rows = append(rows, changeRow(one.name, alarms, at, len(set.rows)))
		}
		for _, t := range []*evalTrack{alwaysAlarm(len(set.rows)), randomAlarm(len(set.rows), b.generator(set.name, "random"))} {
			var alarms []int
			for i, on := range t.alarm {
				if on {
					alarms = append(alarms, i)
				}
			}
			rows = append(rows, changeRow(t.name, alarms, at, len(set.rows)))
		}
		truth := &evalTruth{anomaly: set.truth, events: make([]evalEvent, len(at))}
		item := truth.item(set.name, rows, "")
		item.Anomalies, item.Channels, item.RecordsPerSecond = 0, len(set.channels), rate(len(set.rows), took)
		board.Sets = append(board.Sets, item)
	}
	return board, nil
}

// evalAlone is a bench with one detector only, or with all.
type evalAlone struct {
	evalBench
	name string
}

func (b *evalBench) alone() (list []evalAlone, err error) {
	telemetry, groups := b.cfg.Detectors.Telemetry, b.cfg.Detectors.Groups
	add := func(name string, telemetry, groups []string) {
		one := evalAlone{*b, name}
		cfg := *b.cfg
		cfg.Detectors.Telemetry, cfg.Detectors.Groups = telemetry, groups
		err = errors.Join(append(cfg.Validate(), err)...)
		one.cfg = &cfg
		list = append(list, one)
	}
	for _, name := range telemetry {
		add(name, []string{name}, nil)
	}
	for _, name := range groups {
		add(name, nil, []string{name})
	}
	add(evalCombined, telemetry, groups)
	return list, err
}

// alarms are the records at which an alert opened.
func (b *evalAlone) alarms(ctx context.Context, set *evalSet, bar *evalProgress) (alarms []int, took time.Duration, err error) {
	j := b.judge(set)
	verdicts := make([]evalVerdict, len(j.names()))
	start := time.Now()
	for i, row := range set.rows {
		j.judge(set.at[i], row, verdicts)
		if verdicts[len(verdicts)-1].opened > 0 {
			alarms = append(alarms, i)
			j = b.judge(set)
		}
		if i%evalBatch == 0 {
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
			bar.add(min(evalBatch, len(set.rows)-i))
		}
	}
	return alarms, time.Since(start), nil
}

// changeRow says which changes the alarms found: the first alarm from a change on, and before the next.
func changeRow(name string, alarms, at []int, records int) evalRow {
	r := unknownRow(name)
	var delays []float64
	for k, from := range at {
		to := records
		if k+1 < len(at) {
			to = at[k+1]
		}
		if i, _ := slices.BinarySearch(alarms, from); i < len(alarms) && alarms[i] < to {
			delays = append(delays, float64(alarms[i]-from))
		}
	}
	r.Found, r.Delay, r.Scored = figure(share(len(delays), len(at))), figure(median(delays)), records
	r.FalseAlarms = figure(len(alarms) - len(delays))
	return r
}
