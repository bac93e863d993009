package main

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Okabe and Ito's palette, which colour-blind people can tell apart. Colour is never the only sign: marks differ in
// shape, bars in their place.
var (
	inkBlack  = color.RGBA{0x22, 0x22, 0x22, 0xff}
	inkGrey   = color.RGBA{0x77, 0x77, 0x77, 0xff}
	inkBlue   = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	inkSky    = color.RGBA{0x56, 0xb4, 0xe9, 0xff}
	inkOrange = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	inkRed    = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	inkGreen  = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	tintGreen = color.RGBA{0xd9, 0xf0, 0xe8, 0xff}
	tintRed   = color.RGBA{0xfb, 0xe3, 0xd0, 0xff}
)

// Size of the picture: 16 by 11 inches at 100 dots an inch.
const (
	chartWidth  = 16 * vg.Inch
	chartHeight = 11 * vg.Inch
	chartDPI    = 100
)

// writeDashboard draws monitoring_dashboard.png: temperature with its limits, pH, alerts by facility and the
// distribution of scores.
func writeDashboard(w io.Writer, in *reportInput) error {
	makers := [2][2]func(*reportInput) (*plot.Plot, error){{temperatureChart, phChart}, {facilityChart, scoreChart}}
	plots := make([][]*plot.Plot, 2)
	for row := range makers {
		for _, make := range makers[row] {
			p, err := make(in)
			if err != nil {
				return fmt.Errorf("draw dashboard: %w", err)
			}
			plots[row] = append(plots[row], p)
		}
	}
	canvas := vgimg.NewWith(vgimg.UseWH(chartWidth, chartHeight), vgimg.UseDPI(chartDPI))
	whole := draw.New(canvas)
	drawHeading(whole, in)
	tiles := draw.Tiles{Rows: 2, Cols: 2, PadTop: vg.Inch, PadBottom: vg.Points(14), PadLeft: vg.Points(16),
		PadRight: vg.Points(24), PadX: vg.Points(34), PadY: vg.Points(30)}
	areas := plot.Align(plots, tiles, whole)
	for row := range plots {
		for col, p := range plots[row] {
			p.Draw(areas[row][col])
		}
	}
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(w); err != nil {
		return fmt.Errorf("write dashboard: %w", err)
	}
	return nil
}

// drawHeading writes what the picture shows and the bare result above the charts.
func drawHeading(c draw.Canvas, in *reportInput) {
	outcomes, unexplained := matchInjections(in.Alerts, in.Injections, in.Grace)
	caught := 0
	for _, o := range outcomes {
		if o.Caught {
			caught++
		}
	}
	style := plot.New().Title.TextStyle
	style.Font = sans(20, bold)
	style.Color, style.XAlign, style.YAlign = inkBlack, draw.XCenter, draw.YTop
	middle := (c.Min.X + c.Max.X) / 2
	c.FillText(style, vg.Point{X: middle, Y: c.Max.Y - vg.Points(14)}, "labwatch: laboratory monitoring")
	style.Font, style.Color = sans(13, regular), inkGrey
	c.FillText(style, vg.Point{X: middle, Y: c.Max.Y - vg.Points(42)}, fmt.Sprintf(
		"%s · %s · %s · %d of %s caught · %s without cause",
		in.Generated.UTC().Format("2006-01-02 15:04 UTC"), counted(len(in.Samples), "sample"),
		counted(len(opened(in.Alerts)), "alert"), caught, counted(len(outcomes), "injected trouble"),
		counted(len(unexplained), "alert")))
}

// Weights of type as gonum/plot's fonts know them.
const (
	regular = 0
	bold    = 3
)

func sans(size float64, weight int) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
	if weight == bold {
		f.Weight = bold
	}
	return f
}

// newChart is an empty chart in the house's type sizes.
func newChart(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font, p.Title.Padding = sans(15, bold), vg.Points(8)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(13, regular)
		axis.Tick.Label.Font = sans(12, regular)
		axis.Color, axis.Tick.Color = inkGrey, inkGrey
	}
	p.Legend.TextStyle.Font = sans(12, regular)
	p.Legend.ThumbnailWidth, p.Legend.Padding = vg.Points(22), vg.Points(3)
	p.Legend.Top, p.Legend.XOffs, p.Legend.YOffs = true, -vg.Points(6), -vg.Points(6)
	return p
}

// band fills the rectangle from (x0, y0) to (x1, y1).
func band(x0, x1, y0, y1 float64, fill color.Color) (*plotter.Polygon, error) {
	b, err := plotter.NewPolygon(plotter.XYs{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
	if err != nil {
		return nil, err
	}
	b.Color, b.LineStyle.Width = fill, 0
	return b, nil
}

// level is a dashed line across the chart.
func level(x0, x1, y float64, ink color.Color) (*plotter.Line, error) {
	l, err := plotter.NewLine(plotter.XYs{{X: x0, Y: y}, {X: x1, Y: y}})
	if err != nil {
		return nil, err
	}
	l.LineStyle = draw.LineStyle{Color: ink, Width: vg.Points(1.2), Dashes: []vg.Length{vg.Points(6), vg.Points(4)}}
	return l, nil
}

// counted is a number of things in words: "1 alert", "2 alerts".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// finite leaves out what no axis can show.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
