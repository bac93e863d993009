//go:build linux

package main

import (
	"fmt"
	"image/color"
	"os"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// series are what is drawn, one above the other.
func series() []struct {
	title string
	of    func(sample) float64
} {
	return []struct {
		title string
		of    func(sample) float64
	}{
		{"resident memory, MiB", func(s sample) float64 { return s.rss / (1 << 20) }},
		{"goroutines", func(s sample) float64 { return s.goroutines }},
		{"open files", func(s sample) float64 { return s.files }},
		{"state folder, MiB", func(s sample) float64 { return s.state / (1 << 20) }},
		{"lag, records", func(s sample) float64 { return s.lag }},
	}
}

func writeCSV(path string, samples []sample) error {
	var b strings.Builder
	b.WriteString("seconds,rss_bytes,goroutines,open_files,state_bytes,lag_records,records\n")
	for _, s := range samples {
		fmt.Fprintf(&b, "%.0f,%.0f,%.0f,%.0f,%.0f,%.0f,%.0f\n", s.at.Seconds(), s.rss, s.goroutines, s.files, s.state, s.lag, s.records)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write samples: %w", err)
	}
	return nil
}

func drawing(samples []sample) ([][]*plot.Plot, error) {
	var rows [][]*plot.Plot
	for _, one := range series() {
		p := plot.New()
		p.Title.Text = one.title
		p.X.Label.Text = "minutes"
		p.Y.Min = 0
		points := make(plotter.XYs, 0, len(samples))
		for _, s := range samples {
			points = append(points, plotter.XY{X: s.at.Minutes(), Y: one.of(s)})
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", one.title, err)
		}
		line.Color = color.RGBA{R: 0x1f, G: 0x5f, B: 0x9f, A: 0xff}
		p.Add(plotter.NewGrid(), line)
		p.Y.Min = 0
		rows = append(rows, []*plot.Plot{p})
	}
	return rows, nil
}

// drawPNG writes the picture.
func drawPNG(path string, samples []sample) (err error) {
	rows, err := drawing(samples)
	if err != nil {
		return err
	}
	img := vgimg.New(16*vg.Centimeter, vg.Length(len(rows))*5*vg.Centimeter)
	tiles := draw.Tiles{Rows: len(rows), Cols: 1, PadY: 4 * vg.Millimeter, PadTop: 2 * vg.Millimeter, PadRight: 4 * vg.Millimeter}
	for i, row := range plot.Align(rows, tiles, draw.New(img)) {
		rows[i][0].Draw(row[0])
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(f); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

// summary compares the last tenth of the time with the tenth after the warm-up.
func summary(samples []sample, warm time.Duration) string {
	last := samples[len(samples)-1]
	span := last.at / 10
	mean := func(of func(sample) float64, from, to time.Duration) float64 {
		sum, n := 0.0, 0
		for _, s := range samples {
			if s.at >= from && s.at <= to {
				sum, n = sum+of(s), n+1
			}
		}
		return sum / float64(n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "soak minutes=%.0f records=%.0f", last.at.Minutes(), last.records)
	for _, one := range series() {
		name := strings.ReplaceAll(strings.SplitN(one.title, ",", 2)[0], " ", "_")
		fmt.Fprintf(&b, " %s=%.0f->%.0f", name, mean(one.of, warm, warm+span), mean(one.of, last.at-span, last.at))
	}
	return b.String()
}
