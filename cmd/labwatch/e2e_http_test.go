package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestE2EOperator runs labwatch as an operator meets it: tokens at the door, a scrape by a real Prometheus, SIGHUP and
// the admin address.
func TestE2EOperator(t *testing.T) {
	l := newLab(t, false)
	const secret = "a-long-secret-of-prometheus"
	admin := freeAddress(t)
	config := l.config()
	write := func(more string) {
		section := fmt.Sprintf("http: {listen: %q, admin: %q, token_file: %q}\n", l.http, admin, l.path("tokens"))
		text := strings.Replace(config, fmt.Sprintf("http: {listen: %q}\n", l.http), section, 1)
		must(0, os.WriteFile(l.path("config.yaml"), []byte(text+more), 0o600))
	}
	must(0, os.WriteFile(l.path("tokens"), []byte("prometheus "+secret+"\n"), 0o600))
	write("")
	p := l.run()

	do := func(method, url, token, body string) (int, string) {
		t.Helper()
		r := must(http.NewRequest(method, url, strings.NewReader(body)))
		r.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode, string(must(io.ReadAll(response.Body)))
	}
	metric := func(line string) bool {
		_, page := do("GET", "http://"+l.http+"/metrics", secret, "")
		return strings.Contains(page, "\n"+line+"\n")
	}
	for _, at := range []string{l.http + "/metrics", admin + "/debug/pprof/cmdline", admin + "/-/loglevel"} {
		if status, _ := do("GET", "http://"+at, "wrong", ""); status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", at, status)
		}
	}
	if !metric("labwatch_config_last_reload_successful 1") {
		t.Error("the start is no successful load")
	}

	eventually(t, "a scrape", func() bool { return scraped(t, l, secret) })

	// SIGHUP with a config that is none: it goes on, and says so.
	write("kafka: {}\n") // twice the same key
	must(0, p.cmd.Process.Signal(syscall.SIGHUP))
	eventually(t, "the failed reload", func() bool { return metric("labwatch_config_last_reload_successful 0") })
	if log := p.log.String(); !strings.Contains(log, "the config was not reloaded: the former one stays in force") {
		t.Errorf("log: %s", log)
	}
	// And with one of which a part can come into force.
	config = strings.Replace(strings.Replace(config, "log: {format: json}", "log: {format: json, level: debug}", 1), "enabled: false", "enabled: true", 1)
	write("")
	if status, answer := do("POST", "http://"+admin+"/-/reload", secret, ""); status != 200 ||
		answer != `{"applied":["log.level"],"needs_restart":["alerts.silent.enabled"]}`+"\n" {
		t.Errorf("reload: %d %s", status, answer)
	}
	if status, answer := do("GET", "http://"+admin+"/-/loglevel", secret, ""); status != 200 || answer != "debug\n" {
		t.Errorf("level: %d %s", status, answer)
	}
	if !metric("labwatch_config_last_reload_successful 1") || !metric("labwatch_config_restart_needed 1") {
		t.Error("the metrics do not say that a restart is needed")
	}
	if err := p.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if log := p.log.String(); strings.Contains(log, secret) {
		t.Error("the token is in the log")
	}
}

// scraped has a real Prometheus scrape labwatch by the configuration that docs/http.md shows, where there is one.
func scraped(t *testing.T, l *lab, token string) bool {
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Log("NOT CHECKED: no prometheus here to scrape with a token")
		return true
	}
	doc := string(must(os.ReadFile("../../docs/http.md")))
	_, doc, _ = strings.Cut(doc, "```yaml\nscrape_configs:")
	doc, _, ok := strings.Cut(doc, "```")
	if !ok {
		t.Fatal("docs/http.md shows no scrape_configs")
	}
	doc = strings.NewReplacer("/etc/prometheus/labwatch.token", l.path("token"), "labwatch.example:8420", l.http, "scheme: https", "scheme: http").Replace(doc)
	must(0, os.WriteFile(l.path("token"), []byte(token), 0o600))
	must(0, os.WriteFile(l.path("prometheus.yml"), []byte("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:"+doc), 0o600))
	at := freeAddress(t)
	c := exec.Command(program, "--config.file="+l.path("prometheus.yml"), "--storage.tsdb.path="+l.path("tsdb"), "--web.listen-address="+at)
	var log syncBuffer
	c.Stdout, c.Stderr = &log, &log
	must(0, c.Start())
	defer func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	}()
	eventually(t, "Prometheus to say up", func() bool {
		response, err := http.Get("http://" + at + "/api/v1/query?query=up%7Bjob%3D%22labwatch%22%7D")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return strings.Contains(string(must(io.ReadAll(response.Body))), `,"1"]`)
	})
	return true
}
