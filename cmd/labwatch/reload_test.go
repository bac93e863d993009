package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"labwatch/config"
	"labwatch/web"
)

// reloadBench is a config file and whoever reloads it, without a daemon.
type reloadBench struct {
	t      *testing.T
	dir    string
	log    bytes.Buffer
	access *web.Access
	series int
	level  *levelFilter
	reload *reloader
}

func (b *reloadBench) write(name, text string) string {
	b.t.Helper()
	return writeFile(b.t, filepath.Join(b.dir, name), text)
}

func (b *reloadBench) expand(text string) string { return strings.ReplaceAll(text, "$D", b.dir) }

func newReloadBench(t *testing.T, start string) *reloadBench {
	t.Helper()
	b := &reloadBench{t: t, dir: t.TempDir()}
	b.write("keys", "kid a\npatient "+strings.Repeat("0123456789abcdef", 4)+"\ntechnician "+strings.Repeat("fedcba9876543210", 4)+"\n")
	b.write("codes.csv", "local_code,loinc,unit\nGLUC3,2345-7,mg/dL\n")
	b.write("tokens", "ops a-long-secret-of-ops\n")
	path := b.write("c.yaml", b.expand(start))
	read := func() (*config.Config, error) { return config.Load(path) }
	cfg, err := read()
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEngine(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	log, level := newLevelledLog(config.Log{Level: "info", Format: "json"}, &b.log)
	b.level = level
	if b.reload, err = newReloader(e, read, log); err != nil {
		t.Fatal(err)
	}
	if b.access, err = web.NewAccess(cfg.HTTP, zerolog.Nop()); err != nil {
		t.Fatal(err)
	}
	b.reload.part(func(c *config.Config) (func(), error) { return b.access.Prepare(c.HTTP) }, "http.token_file", "http.operators", "http.tls.", "http.allow_anonymous")
	b.reload.part(func(c *config.Config) (func(), error) { return func() { b.series = c.HTTP.DeviceSeries }, nil }, "http.device_series")
	b.reload.part(func(c *config.Config) (func(), error) { return func() { _ = level.Set(c.Log.Level) }, nil }, "log.level")
	return b
}

const reloadBase = "standardize: {key_file: $D/keys, mappings: [$D/codes.csv]}\n"

func TestReload(t *testing.T) {
	b := newReloadBench(t, reloadBase)
	for _, c := range []struct {
		what, text     string
		files          map[string]string
		applied, later []string
		mistake        string // the config is refused
		level          string
	}{
		{what: "nothing", text: reloadBase, level: "info"},
		{what: "live", text: reloadBase + "log: {level: debug}\nhttp: {device_series: 7, token_file: $D/tokens}",
			applied: []string{"http.token_file", "http.device_series", "log.level"}, level: "debug"},
		{what: "a rule waits, what is live comes",
			text:  reloadBase + "log: {level: warn}\nhttp: {device_series: 7, token_file: $D/tokens}\nalerts: {silent: {after: 1m}}\ndetectors: {qc: [zscore]}",
			later: []string{"detectors.qc", "alerts.silent.after"}, applied: []string{"log.level"}, level: "warn"},
		{what: "taken back", text: reloadBase + "log: {level: warn}\nhttp: {device_series: 7, token_file: $D/tokens}", level: "warn"},
		{what: "no YAML", text: "kafka: [", mistake: "c.yaml", level: "warn"},
		{what: "a mistake beside what is live", text: reloadBase + "log: {level: debug}\nkafka: {partitions: 0}", mistake: "kafka.partitions", level: "warn"},
		{what: "no token file beside what is live", text: reloadBase + "log: {level: debug}\nhttp: {token_file: gone}", mistake: "http.token_file", level: "warn"},
		{what: "what a restart would fail on", text: reloadBase, files: map[string]string{"codes.csv": "local_code,loinc,unit\nX,2345-6,mg/dL\n"}, mistake: "codes.csv:2", level: "warn"},
		{what: "files hold something else", text: reloadBase + "log: {level: warn}", files: map[string]string{"codes.csv": "local_code,loinc,unit\nGLUC4,2345-7,mg/dL\n"},
			applied: []string{"http.token_file", "http.device_series"}, later: []string{"what the files of standardize.mappings or standardize.key_file hold"}, level: "warn"},
		{what: "TLS on an open port", text: reloadBase + "log: {level: warn}\nhttp: {tls: {cert_file: $D/c, key_file: $D/k}}",
			later: []string{"http.tls.cert_file", "http.tls.key_file", "what the files of standardize.mappings or standardize.key_file hold"}, level: "warn"},
	} {
		for name, text := range c.files {
			b.write(name, text)
		}
		b.write("c.yaml", b.expand(c.text))
		b.log.Reset()
		done, err := b.reload.reload("test")
		if (err == nil) != (c.mistake == "") || err != nil && !strings.Contains(err.Error(), c.mistake) {
			t.Fatalf("%s: %v, want %q", c.what, err, c.mistake)
		}
		if !slices.Equal(done.Applied, c.applied) || !slices.Equal(done.NeedsRestart, c.later) || b.level.String() != c.level {
			t.Errorf("%s: %+v, level %s; want %v, %v, %s", c.what, done, b.level, c.applied, c.later, c.level)
		}
		if good := b.reload.ok.Get() == 1; good != (c.mistake == "") || int(b.reload.waiting.Get()) != len(c.later) && good {
			t.Errorf("%s: last reload good %v, waiting %v", c.what, good, b.reload.waiting.Get())
		}
		if said := strings.Contains(b.log.String(), "the config was not reloaded"); said != (c.mistake != "") {
			t.Errorf("%s: log %s", c.what, &b.log)
		}
	}
	if b.reload.running.Log.Level != "warn" || b.reload.running.Detectors.QC[0] != "zscore" || len(b.reload.running.Detectors.QC) != 4 {
		t.Errorf("running: %+v", b.reload.running.Detectors.QC)
	}
}

// A config that listens on this machine only may do without tokens, but the port that is open is another one.
func TestReloadKeepsTheDoorShut(t *testing.T) {
	b := newReloadBench(t, reloadBase+"http: {listen: ':8420', token_file: $D/tokens}")
	b.write("c.yaml", b.expand(reloadBase))
	_, err := b.reload.reload("test")
	if err == nil || !strings.Contains(err.Error(), "http.listen: other machines can reach :8420") {
		t.Errorf("got %v", err)
	}
	if b.reload.running.HTTP.TokenFile == "" {
		t.Error("the tokens are gone")
	}
}

func TestLogLevel(t *testing.T) {
	var out bytes.Buffer
	log, level := newLevelledLog(config.Log{Level: "warn", Format: "json"}, &out)
	part := log.With().Str("part", "x").Logger() // made before the level changes
	part.Info().Msg("1")
	if err := level.Set("debug"); err != nil {
		t.Fatal(err)
	}
	part.Debug().Msg("2")
	if err := level.Set("error"); err != nil {
		t.Fatal(err)
	}
	part.Warn().Msg("3")
	part.Error().Msg("4")
	if err := level.Set("loud"); err == nil {
		t.Error("loud is a level")
	}
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, `"2"`) || !strings.Contains(got, `"4"`) {
		t.Errorf("got %s", got)
	}
}

// The rules of a fused topic change with the mapping files; those behind a log do not.
func TestRulesNameTheFilesOfAFusedTopic(t *testing.T) {
	for _, fused := range []string{"", "fused: true\ninputs: [{topic: t, kind: any, format: json}]\n"} {
		b := newReloadBench(t, reloadBase+fused)
		first := must(rulesOf(b.reload.running))
		if again := must(rulesOf(b.reload.running)); again != first || len(first) != 8 {
			t.Errorf("fused %v: %s, then %s", fused != "", first, again)
		}
		b.write("codes.csv", "local_code,loinc,unit\nGLUC4,2345-7,mg/dL\n")
		if second := must(rulesOf(b.reload.running)); (second != first) != (fused != "") {
			t.Errorf("fused %v: %s, with another mapping %s", fused != "", first, second)
		}
	}
}
