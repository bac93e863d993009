package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// simProgress shows how far a run is: a bar on a terminal, else a line every ten seconds.
type simProgress struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	limit int64
	n     int64
	last  time.Time
}

func newSimProgress(out io.Writer, limit int64) *simProgress {
	p := &simProgress{out: out, limit: limit, last: time.Now()}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		most := limit
		if most == 0 {
			most = -1 // a spinner
		}
		p.bar = progressbar.NewOptions64(most, progressbar.OptionSetWriter(out),
			progressbar.OptionSetDescription("sending"), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *simProgress) sent(n int) {
	p.n += int64(n)
	if p.bar != nil {
		_ = p.bar.Add(n) // a terminal that cannot be drawn on loses nothing but the bar
		return
	}
	if time.Since(p.last) < 10*time.Second {
		return
	}
	p.last = time.Now()
	if p.limit > 0 {
		fmt.Fprintf(p.out, "sent %d of %d messages\n", p.n, p.limit)
	} else {
		fmt.Fprintf(p.out, "sent %d messages\n", p.n)
	}
}

func (p *simProgress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
