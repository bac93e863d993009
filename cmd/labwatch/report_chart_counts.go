package main

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"labwatch/alerts"
)

// barWidth is that of the bars that stand for facilities and scores.
const barWidth = 34

// facilityChart shows how many alerts each facility opened, split by the worst severity they reached.
func facilityChart(in *reportInput) (*plot.Plot, error) {
	p := newChart("Alerts by facility", "facility", "alerts opened")
	sites := newTally()
	list := opened(in.Alerts)
	for _, a := range list {
		sites.add(siteName(a.Facility))
	}
	var names []string
	place := map[string]int{}
	most := 1
	for _, c := range sites.sorted() {
		place[c.Name] = len(names)
		names = append(names, c.Name)
		most = max(most, c.Count)
	}
	if len(names) == 0 {
		return p, emptyChart(p, "no alerts")
	}
	worstOf := worst(in.Alerts)
	kinds := []struct {
		severity alerts.Severity
		ink      color.Color
	}{{alerts.Info, inkSky}, {alerts.Warning, inkOrange}, {alerts.Critical, inkRed}}
	var below *plotter.BarChart
	heights := make([]float64, len(names))
	for _, k := range kinds {
		counts := make(plotter.Values, len(names))
		found := false
		for _, a := range list {
			if worstOf[a.ID] == k.severity {
				counts[place[siteName(a.Facility)]]++
				found = true
			}
		}
		if !found {
			continue
		}
		bars, err := plotter.NewBarChart(counts, vg.Points(2*barWidth))
		if err != nil {
			return nil, err
		}
		bars.Color, bars.LineStyle.Width = k.ink, 0
		if below != nil {
			bars.StackOn(below)
		}
		below = bars
		p.Add(bars)
		if err := addCounts(p, counts, heights); err != nil {
			return nil, err
		}
		p.Legend.Add(k.severity.String(), bars)
	}
	p.NominalX(names...)
	p.X.Min, p.X.Max = -0.6, float64(len(names))-0.4
	p.Y.Min, p.Y.Max = 0, float64(most)*1.35
	p.Y.Tick.Marker = roundTicks{least: 1} // half an alert is none
	return p, nil
}

// addCounts writes each bar's count into its middle, so that the colours need not be told apart, and adds it to the
// heights on which the next bars stand.
func addCounts(p *plot.Plot, counts plotter.Values, heights []float64) error {
	var texts plotter.XYLabels
	for i, n := range counts {
		if n > 0 {
			texts.XYs = append(texts.XYs, plotter.XY{X: float64(i), Y: heights[i] + n/2})
			texts.Labels = append(texts.Labels, formatNumber(n))
		}
		heights[i] += n
	}
	labels, err := plotter.NewLabels(texts)
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		style := &labels.TextStyle[i]
		style.Font, style.Color, style.XAlign, style.YAlign = sans(13, bold), inkBlack, draw.XCenter, draw.YCenter
	}
	p.Add(labels)
	return nil
}

// scoreBins is how many bins the score's range of 0 to 1 is cut into.
const scoreBins = 25

// scoreChart shows how the samples' isolation scores are spread, anomalous ones apart, and the level of alarm.
func scoreChart(in *reportInput) (*plot.Plot, error) {
	p := newChart("Distribution of anomaly scores", "isolation score (0 to 1, higher is stranger)", "samples")
	low, high := 1.0, 0.0
	for i := range in.Samples {
		if s := in.Samples[i].Score; finite(s) {
			low, high = math.Min(low, s), math.Max(high, s)
		}
	}
	if low > high {
		return p, emptyChart(p, "no scores: the forest was still learning")
	}
	if finite(in.ScoreLimit) {
		low, high = math.Min(low, in.ScoreLimit), math.Max(high, in.ScoreLimit)
	}
	low, high = math.Floor(low*20)/20, math.Ceil(high*20+1e-9)/20
	if high <= low {
		high = low + 0.05
	}
	width := (high - low) / scoreBins
	groups := []struct {
		name      string
		anomalous bool
		ink       color.Color
	}{{"OK", false, inkBlue}, {"anomalous", true, inkRed}}
	heights := make([]float64, scoreBins)
	most := 1.0
	for _, g := range groups {
		var first *plotter.Polygon
		counts := make([]float64, scoreBins)
		for i := range in.Samples {
			if s := in.Samples[i]; s.Anomalous == g.anomalous && finite(s.Score) {
				counts[min(scoreBins-1, int((s.Score-low)/width))]++
			}
		}
		for b, n := range counts {
			if n == 0 {
				continue
			}
			x := low + float64(b)*width
			bar, err := band(x+0.04*width, x+0.96*width, heights[b], heights[b]+n, g.ink)
			if err != nil {
				return nil, err
			}
			heights[b] += n
			most = math.Max(most, heights[b])
			p.Add(bar)
			first = bar
		}
		if first != nil {
			p.Legend.Add(g.name, first)
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, 0, most*1.35
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{}, roundTicks{least: 1}
	if finite(in.ScoreLimit) {
		l, err := plotter.NewLine(plotter.XYs{{X: in.ScoreLimit, Y: 0}, {X: in.ScoreLimit, Y: most * 1.1}})
		if err != nil {
			return nil, err
		}
		l.LineStyle = draw.LineStyle{Color: inkBlack, Width: vg.Points(1.5), Dashes: []vg.Length{vg.Points(6), vg.Points(4)}}
		p.Add(l)
		p.Legend.Add(fmt.Sprintf("level of alarm %.2f", in.ScoreLimit), l)
	}
	return p, nil
}

// emptyChart says in the middle of a chart why it shows nothing.
func emptyChart(p *plot.Plot, why string) error {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
	l, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: 0.5, Y: 0.5}}, Labels: []string{why}})
	if err != nil {
		return err
	}
	l.TextStyle[0] = p.X.Label.TextStyle
	l.TextStyle[0].XAlign = draw.XCenter
	p.Add(l)
	return nil
}
