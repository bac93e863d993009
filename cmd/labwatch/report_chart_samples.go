package main

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// temperatureChart shows the storage temperature of every sample against the allowed 2 to 8 degrees.
func temperatureChart(in *reportInput) (*plot.Plot, error) {
	c := simChannels[chTemperature]
	p := newChart("Storage temperature", "sample number", "temperature (°C)")
	p.Legend.Left, p.Legend.XOffs = true, vg.Points(8) // the cold store fails on the right
	return p, sampleChart(p, in, chTemperature, c.low, c.high, fmt.Sprintf("allowed %g to %g °C", c.low, c.high))
}

// phChart shows the pH of every sample against its usual range of four SD.
func phChart(in *reportInput) (*plot.Plot, error) {
	c := simChannels[chPH]
	p := newChart("pH", "sample number", "pH")
	return p, sampleChart(p, in, chPH, c.low, c.high, fmt.Sprintf("usual %.1f to %.1f", c.low, c.high))
}

// sampleChart draws one channel over the samples: the range that is well, the spans that were spoiled, and a mark a
// sample whose shape tells its status. An error code is no value: it becomes a cross at the foot of the chart.
func sampleChart(p *plot.Plot, in *reportInput, channel int, low, high float64, rangeName string) error {
	first, last := 0.5, float64(len(in.Samples))+0.5
	bottom, top := low, high
	for i := range in.Samples {
		if v := in.Samples[i].Channels[channel]; v != errorCode && finite(v) {
			bottom, top = math.Min(bottom, v), math.Max(top, v)
		}
	}
	// Room below for the crosses, above for the legend.
	height := top - bottom
	bottom, top = bottom-0.12*height, top+0.4*height
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = first, last, bottom, top
	p.X.Tick.Marker, p.Y.Tick.Marker = roundTicks{least: 5}, roundTicks{}

	well, err := band(first, last, low, high, tintGreen)
	if err != nil {
		return err
	}
	p.Add(well)
	spoiled, err := addSpoiled(p, in, channel, bottom, top)
	if err != nil {
		return err
	}
	for _, y := range []float64{low, high} {
		l, err := level(first, last, y, inkGreen)
		if err != nil {
			return err
		}
		p.Add(l)
	}
	p.Legend.Add(rangeName, well)
	if spoiled != nil {
		p.Legend.Add("injected trouble", spoiled)
	}
	return addSamples(p, in, channel, bottom+0.05*height)
}

// addSpoiled shades the samples whose value in this channel was injected. It returns one of the bands, or nil.
func addSpoiled(p *plot.Plot, in *reportInput, channel int, bottom, top float64) (*plotter.Polygon, error) {
	var one *plotter.Polygon
	for _, injected := range in.Injections {
		if !slices.Contains(injected.Series, simChannels[channel].name) {
			continue
		}
		from, to := math.Inf(1), math.Inf(-1)
		for i := range in.Samples {
			s := &in.Samples[i]
			if s.Device == injected.Device && s.Time >= injected.From && s.Time <= injected.To {
				from, to = math.Min(from, float64(s.Number)), math.Max(to, float64(s.Number))
			}
		}
		if from > to {
			continue
		}
		b, err := band(from-0.5, to+0.5, bottom, top, tintRed)
		if err != nil {
			return nil, err
		}
		p.Add(b)
		one = b
	}
	return one, nil
}

// marks is how each status is drawn, in the order of the legend.
var marks = [...]struct {
	status string
	shape  draw.GlyphDrawer
	ink    color.Color
	radius vg.Length
}{
	{statusOK, draw.CircleGlyph{}, inkBlue, vg.Points(3)},
	{statusWarning, draw.PyramidGlyph{}, inkOrange, vg.Points(5)},
	{statusCritical, draw.BoxGlyph{}, inkRed, vg.Points(4.5)},
}

// addSamples draws a thin line through the samples of each device and a mark on each.
func addSamples(p *plot.Plot, in *reportInput, channel int, foot float64) error {
	var run plotter.XYs
	points := make([]plotter.XYs, len(marks))
	var codes plotter.XYs
	for i := range in.Samples {
		s := &in.Samples[i]
		x, y := float64(s.Number), s.Channels[channel]
		if i > 0 && in.Samples[i-1].Device != s.Device {
			if err := addRun(p, run); err != nil {
				return err
			}
			run = nil
		}
		if y == errorCode || !finite(y) {
			codes = append(codes, plotter.XY{X: x, Y: foot})
			if err := addRun(p, run); err != nil {
				return err
			}
			run = nil // nothing is known between its neighbours
			continue
		}
		run = append(run, plotter.XY{X: x, Y: y})
		k := slices.Index(statuses[:], s.status())
		points[k] = append(points[k], plotter.XY{X: x, Y: y})
	}
	if err := addRun(p, run); err != nil {
		return err
	}
	for k, m := range marks {
		if err := addMarks(p, points[k], "status "+m.status, m.shape, m.ink, m.radius); err != nil {
			return err
		}
	}
	return addMarks(p, codes, fmt.Sprintf("error code (%d), no value", errorCode), draw.CrossGlyph{}, inkBlack, vg.Points(5))
}

func addRun(p *plot.Plot, run plotter.XYs) error {
	if len(run) < 2 {
		return nil
	}
	l, err := plotter.NewLine(run)
	if err != nil {
		return err
	}
	l.LineStyle = draw.LineStyle{Color: inkSky, Width: vg.Points(1)}
	p.Add(l)
	return nil
}

func addMarks(p *plot.Plot, at plotter.XYs, name string, shape draw.GlyphDrawer, ink color.Color, radius vg.Length) error {
	if len(at) == 0 {
		return nil
	}
	s, err := plotter.NewScatter(at)
	if err != nil {
		return err
	}
	s.GlyphStyle = draw.GlyphStyle{Color: ink, Radius: radius, Shape: shape}
	p.Add(s)
	p.Legend.Add(name, s)
	return nil
}
