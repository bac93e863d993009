package main

import (
	"context"
	"math"
	"slices"
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
		item := truth.item(f.set.name, rows, evalCombined)
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
	item := all.item("corpus", rows, evalCombined)
	item.RecordsPerSecond = rate(total, took)
	board.Summary = &item
	return board, nil
}

// nab scores one row over files, with one threshold for all of them: the onsets of its rarities, and its scores as they are.
func (r *evalRow) nab(files []nabFile, tracks []*evalTrack) {
	plain, onset := make([][]float64, len(files)), make([][]float64, len(files))
	for i, t := range tracks {
		onset[i] = onsets(t.rarity)
		plain[i] = slices.Clone(t.scores)
		for k, v := range plain[i] {
			if math.IsNaN(v) {
				plain[i][k] = 0 // a record without a score has the lowest
			}
		}
	}
	r.Standard, r.LowFP, r.LowFN = nabCorpus(files, onset, nabStandard), nabCorpus(files, onset, nabLowFP), nabCorpus(files, onset, nabLowFN)
	r.Raw, r.RawLowFP, r.RawLowFN = nabCorpus(files, plain, nabStandard), nabCorpus(files, plain, nabLowFP), nabCorpus(files, plain, nabLowFN)
}

// nabCorpus is the score of a corpus for one profile.
func nabCorpus(files []nabFile, scores [][]float64, p nabProfile) figure {
	var points []nabPoint
	windows := 0
	for i, f := range files {
		points = append(points, nabPoints(scores[i], f.windows, windows, p)...)
		windows += len(f.windows)
	}
	s, _ := nabScore(points, windows, p)
	return figure(s)
}
