package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"labwatch/detectors"
)

// The batch forest has the constants of the paper: Liu, Ting & Zhou, ICDM 2008.
const evalTrees, evalSample = 100, 256

// tabular compares a forest fitted to all rows, and the online detectors of groups on shuffles.
func (b *evalBench) tabular(ctx context.Context, r evalReader, files []string) (evalBoard, error) {
	sets, total, err := b.read(r, files)
	if err != nil {
		return evalBoard{}, err
	}
	bar := newEvalProgress(b.note, total*b.seeds)
	defer bar.end()
	board := evalBoard{Mode: "tabular", Seed: b.seed, FalseAlarmRate: evalFAR}
	for _, set := range sets {
		if err := b.dropGaps(set); err != nil {
			return evalBoard{}, err
		}
		item, err := b.table(ctx, set, bar)
		if err != nil {
			return evalBoard{}, err
		}
		board.Sets = append(board.Sets, item)
	}
	board.Summary = meanOf(board.Sets)
	return board, nil
}

// dropGaps leaves out the rows that lack a number, which a forest needs, and says so.
func (b *evalBench) dropGaps(s *evalSet) error {
	all, n := len(s.rows), 0
	for i, row := range s.rows {
		if !slices.ContainsFunc(row, math.IsNaN) {
			s.rows[n], s.truth[n], s.at[n] = row, s.truth[i], s.at[i]
			n++
		}
	}
	if n == 0 {
		return fmt.Errorf("read %s: no record has a number in every column; leave columns out with --skip", s.name)
	}
	if s.rows, s.truth, s.at = s.rows[:n], s.truth[:n], s.at[:n]; n < all {
		fmt.Fprintf(b.note, "%s: %d of %d records left out, as they lack a number\n", s.name, all-n, all)
	}
	return nil
}

func (b *evalBench) table(ctx context.Context, set *evalSet, bar *evalProgress) (evalItem, error) {
	truth := &evalTruth{anomaly: set.truth}
	fitted := evalSums{name: "forest"}
	online := make([]evalSums, len(b.cfg.Plan().Group))
	var took time.Duration
	for seed := range b.seeds {
		nth := strconv.Itoa(seed)
		forest, err := detectors.FitForest(set.rows, evalTrees, evalSample, b.generator(set.name, "forest", nth))
		if err != nil {
			return evalItem{}, fmt.Errorf("%s: %w", set.name, err)
		}
		t := newEvalTrack("forest", len(set.rows))
		for i, row := range set.rows {
			t.put(i, evalVerdict{score: forest.Score(row)})
		}
		fitted.add(auc(t.scores, set.truth), confusion(thresholded(t, set.truth), set.truth).f1(), len(set.rows))
		order := rand.New(b.generator(set.name, "shuffle", nth)).Perm(len(set.rows))
		for k, n := range b.cfg.Plan().Group {
			online[k].name = n.Name
			d := n.Make(detectors.Env{Rand: b.generator(set.name, n.Name, nth)})
			t, wall := prequential(d, set, order)
			took += wall
			online[k].add(auc(t.scores, set.truth), confusion(thresholded(t, set.truth), set.truth).f1(), t.ready())
		}
		if err := ctx.Err(); err != nil {
			return evalItem{}, err
		}
		bar.add(len(set.rows))
	}
	rows := []evalRow{fitted.row(false)}
	for k := range online {
		rows = append(rows, online[k].row(true))
	}
	for _, t := range []*evalTrack{alwaysAlarm(len(set.rows)), randomAlarm(len(set.rows), b.generator(set.name, "random"))} {
		row := truth.row(t)
		row.Prequential = row.AUC
		rows = append(rows, row)
	}
	item := truth.item(set.name, rows, "forest")
	item.Channels, item.RecordsPerSecond = len(set.channels), rate(b.seeds*len(set.rows)*len(online), took)
	return item, nil
}

// thresholded alarms at the fixed false-alarm rate.
func thresholded(t *evalTrack, truth []bool) func(i int) bool {
	least := thresholdAt(evalFAR, t.scores, truth)
	return func(i int) bool { return t.scores[i] >= least }
}

// prequential scores each row of a shuffled set and then learns it. The track is in the set's own order.
func prequential(d detectors.Detector, set *evalSet, order []int) (*evalTrack, time.Duration) {
	t := newEvalTrack("", len(set.rows))
	start := time.Now()
	for n, i := range order {
		s := detectors.Sample{At: int64(n) * int64(time.Second), Values: set.rows[i]}
		v := evalVerdict{score: math.NaN()}
		if score, ready := d.Score(s); ready {
			v.score = score
		}
		t.put(i, v)
		d.Learn(s)
	}
	return t, time.Since(start)
}
