package main

import (
	"context"
	"math"
	"time"
)

// nab judges every file of the benchmark as a device with one channel and scores the corpus.
func (b *evalBench) nab(ctx context.Context, dir string) (evalBoard, error) {
	files, err := b.readNAB(dir)
	if err != nil {
		return evalBoard{}, err
	}
	total := 0
	for _, f := range files {
		total += len(f.set.rows)
	}
	bar := newEvalProgress(b.note, total)
	defer bar.end()
	board := evalBoard{Mode: "nab", Seed: b.seed, FalseAlarmRate: evalFAR}
	var truths []*evalTruth
	var tracks [][]*evalTrack // by row, by file
	var took time.Duration
	for _, f := range files {
		said, wall, err := b.run(ctx, f.set, bar)
		if err != nil {
			return evalBoard{}, err
		}
		took += wall
		truth := newEvalTruth(f.set)
		truth.events = f.windows // two windows may touch
		truths = append(truths, truth)
		rows := truth.rows(said)
		for i, t := range said {
			rows[i].nab([]nabFile{f}, []*evalTrack{t})
		}
		item := truth.item(f.set.name, rows, "combined")
		item.Channels, item.RecordsPerSecond = len(f.set.channels), rate(len(f.set.rows), wall)
		board.Sets = append(board.Sets, item)
		if tracks == nil {
			tracks = make([][]*evalTrack, len(said))
		}
		for i, t := range said {
			tracks[i] = append(tracks[i], t)
		}
	}
	all := poolTruth(truths)
	var rows []evalRow
	for _, t := range tracks {
		row := all.row(joinTracks(t))
		row.nab(files, t)
		rows = append(rows, row)
	}
	item := all.item("corpus", rows, "combined")
	item.RecordsPerSecond = rate(total, took)
	board.Summary = &item
	return board, nil
}

// nab scores one row over files, with one threshold for all of them. A record without a score has the lowest.
func (r *evalRow) nab(files []nabFile, tracks []*evalTrack) {
	score := func(p nabProfile) figure {
		var points []nabPoint
		windows := 0
		for i, f := range files {
			scores := make([]float64, len(tracks[i].scores))
			for k, v := range tracks[i].scores {
				scores[k] = v
				if math.IsNaN(v) {
					scores[k] = 0
				}
			}
			points = append(points, nabPoints(scores, f.windows, windows, p)...)
			windows += len(f.windows)
		}
		s, _ := nabScore(points, windows, p)
		return figure(s)
	}
	r.Standard, r.LowFP, r.LowFN = score(nabStandard), score(nabLowFP), score(nabLowFN)
}
