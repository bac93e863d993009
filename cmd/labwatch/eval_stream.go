package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// stream judges each file as a device of its own.
func (b *evalBench) stream(ctx context.Context, r evalReader, files []string) (evalBoard, error) {
	sets, total, err := b.read(r, files)
	if err != nil {
		return evalBoard{}, err
	}
	bar := newEvalProgress(b.note, total)
	defer bar.end()
	board := evalBoard{Mode: "stream", Seed: b.seed, FalseAlarmRate: evalFAR}
	var truths []*evalTruth
	var tracks [][]*evalTrack // by row, by set
	var took time.Duration
	for _, set := range sets {
		said, wall, err := b.run(ctx, set, bar)
		if err != nil {
			return evalBoard{}, err
		}
		took += wall
		truth := newEvalTruth(set)
		truths = append(truths, truth)
		item := truth.item(set.name, truth.rows(said), evalCombined)
		item.Channels, item.RecordsPerSecond = len(set.channels), rate(len(set.rows), wall)
		board.Sets = append(board.Sets, item)
		if tracks == nil {
			tracks = make([][]*evalTrack, len(said))
		}
		for i, t := range said {
			tracks[i] = append(tracks[i], t)
		}
	}
	if len(sets) > 1 {
		all := poolTruth(truths)
		var rows []evalRow
		for _, t := range tracks {
			rows = append(rows, all.row(joinTracks(t)))
		}
		item := all.item("all", rows, evalCombined)
		item.RecordsPerSecond = rate(total, took)
		board.Summary = &item
	}
	return board, nil
}

// read loads the files and says what it left out of them.
func (b *evalBench) read(r evalReader, files []string) (sets []*evalSet, records int, err error) {
	for _, file := range files {
		set, err := r.read(file)
		if err != nil {
			return nil, 0, err
		}
		if len(set.left) > 0 {
			fmt.Fprintf(b.note, "%s: left out, as they hold no number: %s\n", set.name, strings.Join(set.left, ", "))
		}
		sets = append(sets, set)
		records += len(set.rows)
	}
	return sets, records, nil
}

// run judges a set in its order and adds the rows that know nothing. The time is that of the judging alone.
func (b *evalBench) run(ctx context.Context, set *evalSet, bar *evalProgress) ([]*evalTrack, time.Duration, error) {
	j := b.judge(set)
	var tracks []*evalTrack
	for _, name := range j.names() {
		tracks = append(tracks, newEvalTrack(name, len(set.rows)))
	}
	verdicts := make([]evalVerdict, len(tracks))
	start := time.Now()
	for i, row := range set.rows {
		j.judge(set.at[i], row, verdicts)
		for k, v := range verdicts {
			tracks[k].put(i, v)
		}
		if i%evalBatch == 0 {
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
			bar.add(min(evalBatch, len(set.rows)-i))
		}
	}
	took := time.Since(start)
	return append(tracks, alwaysAlarm(len(set.rows)), randomAlarm(len(set.rows), b.generator(set.name, "random"))), took, nil
}

// evalBatch is the number of records between two looks at the progress and at an interrupt.
const evalBatch = 1024

func (t *evalTruth) rows(tracks []*evalTrack) (rows []evalRow) {
	for _, track := range tracks {
		rows = append(rows, t.row(track))
	}
	return rows
}

func rate(records int, took time.Duration) figure {
	return figure(float64(records) / max(took.Seconds(), 1e-9))
}
