package labwatch_test

import (
	"go/token"
	"strings"
	"testing"
)

// TestChecksCatch plants one offence a case and expects the check to name it; an empty want is
// the neighbouring thing that is allowed.
func TestChecksCatch(t *testing.T) {
	globals := func(f file) []string { return checkGlobals([]file{f}) }
	cases := []struct {
		name, path, source string
		check              func(file) []string
		want               string
	}{
		{"room of ours", "record/a.go", `package record; import "labwatch/alerts"`, checkImports, "room record may not import labwatch/alerts"},
		{"deeper room", "stream/a.go", `package stream; import "labwatch/stream/kafka"`, checkImports, "room stream may not import"},
		{"allowed room", "stream/kafka/a.go", `package kafka; import "labwatch/stream"`, checkImports, ""},
		{"tool inside its room", "detectors/tables/a.go", `package main; import "labwatch/detectors"`, checkImports, ""},
		{"test of a room", "state/a_test.go", `package state; import "labwatch/record"`, checkImports, "room state may not import"},
		{"library", "stream/a.go", `package stream; import "github.com/dgraph-io/badger/v4"`, checkImports, "only state may import"},
		{"library's part", "web/a.go", `package web; import "github.com/twmb/franz-go/pkg/kgo"`, checkImports, "may import github.com/twmb/franz-go"},
		{"library in the command", "cmd/labwatch/a.go", `package main; import "github.com/twmb/franz-go/pkg/kgo"`, checkImports, "may import github.com/twmb/franz-go"},
		{"library in its test", "cmd/labwatch/a_test.go", `package main; import "github.com/twmb/franz-go/pkg/kgo"`, checkImports, ""},
		{"like-named library", "web/a.go", `package web; import "github.com/dgraph-io/badgerish"`, checkImports, ""},
		{"yaml", "alerts/a.go", `package alerts; import "go.yaml.in/yaml/v3"`, checkImports, "only config may import"},
		{"other client", "stream/kafka/a.go", `package kafka; import "github.com/segmentio/kafka-go"`, checkImports, "only cmd/labwatch may import"},
		{"new folder", "util/a.go", `package util`, checkImports, "no room"},
		{"root", "a.go", `package labwatch`, checkImports, "module root"},
		{"init", "web/a.go", `package web; func init() {}`, checkInit, "init function"},
		{"method init", "web/a.go", `package web; type t int; func (t) init() {}`, checkInit, ""},
		{"clock", "alerts/a.go", `package alerts; import "time"; var _ = time.Now`, checkClockAndChance, "time.Now"},
		{"clock renamed", "stream/a.go", `package stream; import x "time"; func f() { x.Sleep(1) }`, checkClockAndChance, "time.Sleep"},
		{"clock of a measure", "stream/metrics_time.go", `package stream; import "time"; var _ = time.Now`, checkClockAndChance, ""},
		{"sleep of a measure", "stream/metrics.go", `package stream; import "time"; func f() { time.Sleep(1) }`, checkClockAndChance, "time.Sleep"},
		{"clock of the page", "web/a.go", `package web; import "time"; var _ = time.Now`, checkClockAndChance, ""},
		{"duration", "alerts/a.go", `package alerts; import "time"; const d = time.Second`, checkClockAndChance, ""},
		{"chance", "detectors/a.go", `package detectors; import "math/rand/v2"; var _ = rand.IntN(3)`, checkClockAndChance, "rand.IntN"},
		{"old chance", "detectors/a.go", `package detectors; import "math/rand"; var _ = rand.New`, checkClockAndChance, "math/rand"},
		{"seeded chance", "detectors/a.go", `package detectors; import "math/rand/v2"; func f(p *rand.PCG) { rand.New(p) }`, checkClockAndChance, ""},
		{"goroutine", "stream/a.go", `package stream; func f() { go f() }`, checkGoroutines, "starts a goroutine"},
		{"goroutine of a group", "alerts/a.go", `package alerts; import "sync"; func f(w *sync.WaitGroup) { w.Go(nil) }`, checkGoroutines, "by Go"},
		{"goroutine of a session", "stream/kafka/a.go", `package kafka; func f() { go f() }`, checkGoroutines, ""},
		{"global", "web/a.go", `package web; var n int; func f() { n = 1 }`, globals, "package variable n"},
		{"global part", "web/a.go", `package web; var m map[string]int; func f() { m["a"]++ }`, globals, "package variable m"},
		{"shadowed global", "web/a.go", `package web; import "x"; var n = x.Y; func f() { n := 1; n = 2; _ = n }`, globals, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := parse(token.NewFileSet(), c.path, c.source)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(c.check(f), "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("%s: %s\n got %q\nwant %q", c.path, c.source, got, c.want)
			}
		})
	}
}
