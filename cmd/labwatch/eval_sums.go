package main

import "math"

// evalSums gathers one row over seeds.
type evalSums struct {
	name   string
	auc    []float64
	f1     []float64
	scored int
}

func (s *evalSums) add(auc, f1 float64, scored int) {
	s.auc, s.f1, s.scored = append(s.auc, auc), append(s.f1, f1), scored
}

// row puts the mean AUC under "prequential" too for a detector that scores before it learns.
func (s *evalSums) row(online bool) evalRow {
	r := unknownRow(s.name)
	r.Scored = s.scored
	r.AUC, r.AUCSD, r.F1AtRate = figure(mean(s.auc)), figure(spread(s.auc)), figure(mean(s.f1))
	if online {
		r.Prequential = r.AUC
	}
	return r
}

// mean is NaN where one of v is.
func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// spread is the standard deviation of a sample; NaN of fewer than two values.
func spread(v []float64) float64 {
	m, sum := mean(v), 0.0
	for _, x := range v {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(v)-1))
}

// meanOf is the unweighted mean over the sets where a row has a figure. Sets have the same rows.
func meanOf(sets []evalItem) *evalItem {
	all := evalItem{Name: "mean"}
	var took float64 // seconds a record of each set, weighted by records
	for i, r := range sets[0].Rows {
		row := unknownRow(r.Detector)
		var auc, online, f1 []float64
		for _, s := range sets {
			row.Scored += s.Rows[i].Scored
			auc = knownFigures(auc, s.Rows[i].AUC)
			online = knownFigures(online, s.Rows[i].Prequential)
			f1 = knownFigures(f1, s.Rows[i].F1AtRate)
		}
		row.AUC, row.Prequential, row.F1AtRate = figure(mean(auc)), figure(mean(online)), figure(mean(f1))
		all.Rows = append(all.Rows, row)
	}
	for _, s := range sets {
		all.Records += s.Records
		all.Anomalies += s.Anomalies
		took += float64(s.Records) / float64(s.RecordsPerSecond)
	}
	all.AUC, all.RecordsPerSecond = all.Rows[0].AUC, figure(float64(all.Records)/took)
	return &all
}

func knownFigures(v []float64, f figure) []float64 {
	if math.IsNaN(float64(f)) {
		return v
	}
	return append(v, float64(f))
}
