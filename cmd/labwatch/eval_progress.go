package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// evalProgress is a bar on a terminal and nothing elsewhere: the scoreboard follows soon enough.
type evalProgress struct{ bar *progressbar.ProgressBar }

func newEvalProgress(out io.Writer, records int) *evalProgress {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &evalProgress{}
	}
	return &evalProgress{progressbar.NewOptions(records, progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription("judging"), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

func (p *evalProgress) add(records int) {
	if p.bar != nil {
		_ = p.bar.Add(records) // a terminal that cannot be drawn on loses nothing but the bar
	}
}

func (p *evalProgress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
