package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// chat is the other side of a webhook. It refuses what it is told to refuse and is down for its first requests.
type chat struct {
	*httptest.Server
	mu   sync.Mutex
	down int // requests that are answered with 503
	code int // of all others
	ids  []string
}

func openChat(t *testing.T, down, code int) *chat {
	c := &chat{down: down, code: code}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.down > 0 {
			c.down--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		c.ids = append(c.ids, r.Header.Get("webhook-id"))
		w.WriteHeader(c.code)
	}))
	t.Cleanup(c.Close)
	return c
}

// distinct is the ids that were taken, each once, in the order of their first arrival.
func (c *chat) distinct() (ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	for _, id := range c.ids {
		if !seen[id] {
			ids = append(ids, id)
		}
		seen[id] = true
	}
	return ids
}

// startAlertmanager runs a real one, or says why not.
func (l *lab) startAlertmanager() string {
	l.t.Helper()
	path, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		if path, err = exec.LookPath("alertmanager"); err != nil {
			l.t.Log("NOT CHECKED: delivery to an Alertmanager; there is none on this machine")
			return ""
		}
	}
	config := l.path("alertmanager.yml")
	must(0, os.WriteFile(config, []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600))
	address := freeAddress(l.t)
	cmd := exec.Command(path, "--config.file", config, "--storage.path", l.path("am"), "--web.listen-address", address, "--cluster.listen-address", "")
	if err := cmd.Start(); err != nil {
		l.t.Fatalf("start %s: %v", path, err)
	}
	l.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return "http://" + address
}

// firing lists the devices of the alerts that an Alertmanager holds for active.
func firing(t *testing.T, address string) map[string]string {
	t.Helper()
	res, err := http.Get(address + "/api/v2/alerts?active=true")
	if err != nil {
		return nil // it starts
	}
	defer res.Body.Close()
	var list []struct {
		Labels map[string]string `json:"labels"`
		Status struct{ State string }
	}
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		t.Fatalf("read alerts of the Alertmanager: %v", err)
	}
	found := map[string]string{}
	for _, a := range list {
		found[a.Labels["device"]] = a.Labels["alertname"]
	}
	return found
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	const patience = 90 * time.Second
	for deadline := time.Now().Add(patience); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// TestE2EDelivery brings alerts to a real Alertmanager and to webhooks that are well, down at first, down for ever, and
// unwilling, over a kill -9: each alert arrives, the end of each too, and nobody waits for the broken ones.
func TestE2EDelivery(t *testing.T) {
	l := newLab(t, false)
	good, late, unwilling := openChat(t, 0, 200), openChat(t, 3, 200), openChat(t, 0, 422)
	alertmanager := l.startAlertmanager()
	sinks := fmt.Sprintf(`
delivery:
  sinks:
    - {name: good, type: webhook, url: %q}
    - {name: late, type: webhook, url: %q}
    - {name: unwilling, type: webhook, url: %q}
    - {name: gone, type: slack, url: "http://127.0.0.1:1/"}
`, good.URL, late.URL, unwilling.URL)
	if alertmanager != "" {
		sinks += fmt.Sprintf("    - {name: am, type: alertmanager, url: %q}\n", alertmanager)
	}
	config := strings.Replace(l.config(), "snapshots: ", fmt.Sprintf("undelivered: %q, snapshots: ", l.topic("undelivered")), 1) + sinks
	must(0, os.WriteFile(l.path("config.yaml"), []byte(config), 0o600))

	p := l.run()
	second := 0
	say := func(device string, temperature float64, n int) {
		for range n {
			second++
			value := fmt.Sprintf(`{"device_id":%q,"timestamp":"2026-03-01T12:00:%02dZ","storage_temp_c":%g}`, device, second, temperature)
			r := &kgo.Record{Topic: l.topic("telemetry"), Key: []byte(device), Value: []byte(value)}
			if err := l.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
	}
	say("fridge-1", 15, 1)
	eventually(t, "the first alert", func() bool { return len(good.distinct()) == 1 && len(late.distinct()) == 1 })
	p.kill()
	say("fridge-2", 15, 1) // while nobody reads
	p = l.run()
	eventually(t, "the alert of the time between", func() bool { return len(good.distinct()) == 2 && len(late.distinct()) == 2 })
	if alertmanager != "" {
		eventually(t, "both alerts in the Alertmanager", func() bool {
			f := firing(t, alertmanager)
			return f["fridge-1"] == "Labwatch_limit" && f["fridge-2"] == "Labwatch_limit"
		})
	}
	say("fridge-1", 5, 3)
	eventually(t, "the end of the first alert", func() bool { return len(good.distinct()) == 3 })
	if alertmanager != "" {
		eventually(t, "the end of the first alert in the Alertmanager", func() bool {
			f := firing(t, alertmanager)
			return f["fridge-1"] == "" && f["fridge-2"] != ""
		})
	}
	eventually(t, "the refused among the undelivered", func() bool { return count(l.committed(l.topic("undelivered"))) >= 2 })
	for _, rs := range l.committed(l.topic("undelivered")) {
		for _, r := range rs {
			if sink := header(r, "labwatch.sink"); sink != "unwilling" || header(r, "labwatch.error.code") != "refused" {
				t.Errorf("undelivered of %q: %q", sink, header(r, "labwatch.error.code"))
			}
		}
	}
	if err := p.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	want := l.committed(l.topic("alerts"))
	if n := count(want); n != 3 {
		t.Errorf("%d alerts in the topic, want 3", n)
	}
}

func header(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// TestE2EDeliveryReload moves a sink to another address, and adds one, while the daemon runs: what was raised before and
// after each arrives once, on the right side.
func TestE2EDeliveryReload(t *testing.T) {
	l := newLab(t, false)
	before, after, more := openChat(t, 0, 200), openChat(t, 0, 200), openChat(t, 0, 200)
	admin := freeAddress(t)
	write := func(sinks string) {
		config := strings.Replace(l.config(), "snapshots: ", fmt.Sprintf("undelivered: %q, snapshots: ", l.topic("undelivered")), 1)
		config = strings.Replace(config, fmt.Sprintf("http: {listen: %q}", l.http), fmt.Sprintf("http: {listen: %q, admin: %q}", l.http, admin), 1)
		must(0, os.WriteFile(l.path("config.yaml"), []byte(config+"delivery: {sinks: ["+sinks+"]}\n"), 0o600))
	}
	reload := func(status int, want string) {
		t.Helper()
		response, err := http.Post("http://"+admin+"/-/reload", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if got := string(must(io.ReadAll(response.Body))); response.StatusCode != status || !strings.Contains(got, want) {
			t.Fatalf("reload: %d %s", response.StatusCode, got)
		}
	}
	raise := func(device string) {
		t.Helper()
		value := fmt.Sprintf(`{"device_id":%q,"timestamp":"2026-03-01T12:00:00Z","storage_temp_c":15}`, device)
		r := &kgo.Record{Topic: l.topic("telemetry"), Key: []byte(device), Value: []byte(value)}
		if err := l.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	write(fmt.Sprintf("{name: a, type: webhook, url: %q}", before.URL))
	p := l.run()
	raise("fridge-1")
	eventually(t, "the first alert", func() bool { return len(before.distinct()) == 1 })

	write(fmt.Sprintf("{name: a, type: webhook, url: %q, token_file: gone}", after.URL))
	reload(http.StatusUnprocessableEntity, "gone")
	raise("fridge-2")
	eventually(t, "the former sink to go on", func() bool { return len(before.distinct()) == 2 })

	write(fmt.Sprintf("{name: a, type: webhook, url: %q}, {name: b, type: webhook, url: %q}", after.URL, more.URL))
	reload(http.StatusOK, `{"applied":["delivery.sinks"],"needs_restart":[]}`)
	raise("fridge-3")
	eventually(t, "the alert at the other address and the new sink", func() bool { return len(after.distinct()) == 1 && len(more.distinct()) == 1 })
	if err := p.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if b, a, m := before.distinct(), after.distinct(), more.distinct(); len(b) != 2 || len(a) != 1 || len(m) != 1 || a[0] != m[0] {
		t.Errorf("arrived before %v, after %v, at the new one %v", b, a, m)
	}
}
