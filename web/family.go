package web

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// The library writes neither HELP nor reliable TYPE lines, and Prometheus refuses a page on which the lines of a
// family are apart. So what the sources write is sorted into families here.
type families struct{ byName map[string]*family }

type family struct {
	name, help string
	kind       string // counter, gauge or histogram
	lines      []byte
}

// read takes over what a source writes.
func (fs *families) read(s *source) {
	var page bytes.Buffer
	s.exposer.WritePrometheus(&page)
	histograms := map[string]bool{}
	for line := range bytes.Lines(page.Bytes()) {
		if base, ok := bytes.CutSuffix(sampleName(line), []byte("_bucket")); ok {
			histograms[string(base)] = true
		}
	}
	var last *family // lines of a family mostly follow each other
	var lastName []byte
	for line := range bytes.Lines(page.Bytes()) {
		name := sampleName(line)
		if len(name) == 0 {
			continue
		}
		if last == nil || !bytes.Equal(name, lastName) {
			last, lastName = fs.family(string(name), histograms, s.help), name
		}
		last.lines = append(last.lines, line...)
		if line[len(line)-1] != '\n' {
			last.lines = append(last.lines, '\n')
		}
	}
}

// sampleName is the name at the start of a line; empty for comments and empty lines.
func sampleName(line []byte) []byte {
	if len(line) == 0 || line[0] == '#' {
		return nil
	}
	if end := bytes.IndexAny(line, "{ \n"); end >= 0 {
		return line[:end]
	}
	return line
}

// family returns the family that a sample belongs to.
func (fs *families) family(sample string, histograms map[string]bool, help map[string]string) *family {
	name, kind := sample, "gauge"
	if strings.HasSuffix(sample, "_total") {
		kind = "counter"
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if base, ok := strings.CutSuffix(sample, suffix); ok && histograms[base] {
			name, kind = base, "histogram"
		}
	}
	f := fs.byName[name]
	if f == nil {
		f = &family{name: name, kind: kind}
		fs.byName[name] = f
	}
	f.help = cmp.Or(f.help, help[name])
	return f
}

func (fs *families) sorted() []*family {
	all := make([]*family, 0, len(fs.byName))
	for _, f := range fs.byName {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *family) int { return strings.Compare(a.name, b.name) })
	return all
}

func (fs *families) append(dst []byte) []byte {
	for _, f := range fs.sorted() {
		if f.help != "" {
			help := strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(f.help)
			dst = append(append(append(append(append(dst, "# HELP "...), f.name...), ' '), help...), '\n')
		}
		dst = append(append(append(append(append(dst, "# TYPE "...), f.name...), ' '), f.kind...), '\n')
		dst = append(dst, f.lines...)
	}
	return dst
}
