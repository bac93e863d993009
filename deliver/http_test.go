package deliver

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"labwatch/alerts"
)

// The example of the Standard Webhooks specification, section "Verifying manually"; the sum was also made with Python's
// hmac module.
func TestSignatureOfTheSpecification(t *testing.T) {
	secret := decode64(t, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	const want = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestWebhookIsSignedAndIsTheAlertItself(t *testing.T) {
	l := listen(t)
	c, _ := courier(t, SinkConfig{Type: "webhook", URL: l.URL + "/hook", TokenFile: secretFile(t, "tok"), SecretFile: secretFile(t, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}, time.Hour)
	value := published(0, alerts.Opened, alerts.Critical)
	take(t, c, value)
	got := l.heard()
	if len(got) != 1 || got[0].body != string(value) || got[0].path != "/hook" {
		t.Fatalf("heard %v", got)
	}
	h := got[0].header
	want := "v1," + sign(decode64(t, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), h.Get("webhook-id"), h.Get("webhook-timestamp"), value)
	if h.Get("webhook-signature") != want {
		t.Errorf("signature %q, want %q", h.Get("webhook-signature"), want)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer tok", "ce-type": "labwatch.alert.opened", "ce-specversion": "1.0",
		"ce-id": strings.Repeat("0", 32) + ".0", "webhook-id": strings.Repeat("0", 32) + ".0",
	} {
		if h.Get(name) != want {
			t.Errorf("header %s is %q, want %q", name, h.Get(name), want)
		}
	}
}

func TestASinkThatIsDownIsTriedAgain(t *testing.T) {
	l := listen(t, http.StatusServiceUnavailable, http.StatusUnauthorized)
	c, b := courier(t, SinkConfig{Type: "slack", URL: l.URL}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	if got := l.heard(); len(got) != 3 {
		t.Errorf("%d tries, want 3", len(got))
	}
	if len(b.why) != 0 {
		t.Errorf("set aside: %v", b.why)
	}
	if c.stats.sent.Get() != 1 || c.stats.failures[reasonUnreachable].Get() != 2 || c.stats.up.Get() != 1 {
		t.Error("the counters do not add up")
	}
}

func TestWhatIsRefusedIsSetAsideAtOnce(t *testing.T) {
	for _, status := range []int{400, 410, 413, 422} {
		l := listen(t, status)
		c, b := courier(t, SinkConfig{Type: "slack", URL: l.URL}, time.Hour)
		take(t, c, published(0, alerts.Opened, alerts.Warning))
		if len(l.heard()) != 1 || len(b.why) != 1 || !errors.Is(b.why[0], ErrRefused) {
			t.Errorf("status %d: %d tries, set aside %v", status, len(l.heard()), b.why)
		}
	}
}

func TestWhatIsTooOldIsSetAside(t *testing.T) {
	l := listen(t, 500, 500, 500)
	c, b := courier(t, SinkConfig{Type: "slack", URL: l.URL}, 0)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	if len(l.heard()) != 1 || len(b.why) != 1 || errors.Is(b.why[0], ErrRefused) {
		t.Errorf("%d tries, set aside %v", len(l.heard()), b.why)
	}
}

// TestWhatWasGivenUpIsToldAnew: whoever was not told of a beginning, because his sink was down or did not want it, hears of
// the alert with the next message, and of no end when there is none. An Alertmanager hears by itself what it missed while
// it was down.
func TestWhatWasGivenUpIsToldAnew(t *testing.T) {
	const down, unwilling = http.StatusServiceUnavailable, http.StatusUnprocessableEntity
	opened, updated, resolved := alerts.Opened, alerts.Updated, alerts.Resolved
	for name, c := range map[string]struct {
		sink     string
		statuses []int
		changes  []alerts.Change
		severity map[int]alerts.Severity // warning where nothing is said
		tried    string                  // numbers of the messages
		again    bool                    // is it said again at the end?
	}{
		"slack was down":                 {"slack", []int{down}, []alerts.Change{opened, updated, updated, resolved}, nil, "0 1 3", false},
		"slack was down until the end":   {"slack", []int{down}, []alerts.Change{opened, resolved}, nil, "0", false},
		"slack did not want it":          {"slack", []int{unwilling}, []alerts.Change{opened, updated, updated, resolved}, nil, "0 1 3", false},
		"slack missed that it got worse": {"slack", []int{200, down}, []alerts.Change{opened, updated, updated, updated, resolved}, map[int]alerts.Severity{1: 3, 2: 3, 3: 3, 4: 3}, "0 1 2 4", false},
		"slack missed the end":           {"slack", []int{200, down}, []alerts.Change{opened, resolved, resolved}, nil, "0 1", false},
		"alertmanager was down":          {"alertmanager", []int{down}, []alerts.Change{opened}, nil, "0", true},
		"alertmanager was down, the end": {"alertmanager", []int{down}, []alerts.Change{opened, resolved}, nil, "0 1", false},
		"alertmanager missed the end":    {"alertmanager", []int{200, down}, []alerts.Change{opened, resolved}, nil, "0 1", false},
		"alertmanager did not want it":   {"alertmanager", []int{unwilling}, []alerts.Change{opened, resolved}, nil, "0", false},
		"nor an update of it":            {"alertmanager", []int{200, unwilling}, []alerts.Change{opened, updated}, nil, "0 1", true},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, c.statuses...)
			courier, aside := courier(t, SinkConfig{Type: c.sink, URL: l.URL}, 0)
			var tried []string
			for i, change := range c.changes {
				severity := c.severity[i]
				if severity == 0 {
					severity = alerts.Warning
				}
				before := len(l.heard())
				take(t, courier, published(i, change, severity))
				if len(l.heard()) > before {
					tried = append(tried, strconv.Itoa(i))
				}
			}
			if got := strings.Join(tried, " "); got != c.tried || len(aside.why) != 1 {
				t.Errorf("tried with %q, want %q; %d set aside, want 1", got, c.tried, len(aside.why))
			}
			before := len(l.heard())
			courier.Idle(t.Context())
			if again := len(l.heard()) > before; again != c.again {
				t.Errorf("said again: %v, want %v", again, c.again)
			}
		})
	}
}

func TestAForeignMessageIsSetAside(t *testing.T) {
	l := listen(t)
	c, b := courier(t, SinkConfig{Type: "slack", URL: l.URL}, time.Hour)
	take(t, c, []byte(`{"schema":"another/1"}`))
	if len(l.heard()) != 0 || len(b.why) != 1 {
		t.Errorf("%d tries, set aside %v", len(l.heard()), b.why)
	}
}

func TestNobodyIsFollowed(t *testing.T) {
	elsewhere := listen(t)
	l := listen(t)
	l.Config.Handler = http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect)
	c, b := courier(t, SinkConfig{Type: "slack", URL: l.URL, TokenFile: secretFile(t, "tok")}, 0)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	if len(elsewhere.heard()) != 0 || len(b.why) != 1 {
		t.Errorf("followed %d times, set aside %v", len(elsewhere.heard()), b.why)
	}
}

// A URL of a chat is a secret: whoever knows it may post.
func TestNoErrorShowsTheAddress(t *testing.T) {
	c, b := courier(t, SinkConfig{Type: "slack", URLFile: secretFile(t, "http://127.0.0.1:1/services/T0/B0/hidden")}, 0)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	if len(b.why) != 1 || strings.Contains(b.why[0].Error(), "hidden") {
		t.Errorf("set aside %v", b.why)
	}
}

// A receiver that quotes what it was sent must not bring the token into logs and headers.
func TestNoErrorQuotesTheAnswer(t *testing.T) {
	l := listen(t)
	l.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Header.Get("Authorization"), http.StatusBadRequest)
	})
	c, b := courier(t, SinkConfig{Type: "webhook", URL: l.URL, TokenFile: secretFile(t, "hidden-token")}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Warning))
	if len(b.why) != 1 || strings.Contains(b.why[0].Error(), "hidden") {
		t.Errorf("set aside %v", b.why)
	}
}

func TestSlackText(t *testing.T) {
	l := listen(t)
	c, _ := courier(t, SinkConfig{Type: "slack", URL: l.URL}, time.Hour)
	take(t, c, published(0, alerts.Opened, alerts.Critical))
	take(t, c, published(1, alerts.Resolved, alerts.Critical))
	var texts []string
	for _, h := range l.heard() {
		var m struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal([]byte(h.body), &m); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, m.Text)
	}
	if len(texts) != 2 {
		t.Fatalf("%d messages, want 2", len(texts))
	}
	if want := "*CRITICAL* Device analyser-03: glucose &lt;mean&gt; 95 → 105 mg/dL: check calibration.\nRun a control.\n"; !strings.HasPrefix(texts[0], want) {
		t.Errorf("text %q", texts[0])
	}
	if !strings.HasPrefix(texts[1], "*RESOLVED* ") || strings.Contains(texts[1], "Run a control") {
		t.Errorf("text of the end %q", texts[1])
	}
}

// What a sink would only notice with its first alert, check notices before.
func TestCheckFiles(t *testing.T) {
	open := secretFile(t, "https://hook.example/ZQ-secret")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		sink SinkConfig
		want string // in the one error; empty: none
	}{
		"good":        {SinkConfig{URLFile: secretFile(t, "https://hook.example"), SecretFile: secretFile(t, "whsec_c2VjcmV0"), TokenFile: secretFile(t, "t")}, ""},
		"all read it": {SinkConfig{URLFile: open}, "delivery.sinks[0].url_file: file "},
		"no address":  {SinkConfig{URLFile: secretFile(t, "ZQ-secret")}, "delivery.sinks[0].url_file: holds no http or https address"},
		"no base64":   {SinkConfig{SecretFile: secretFile(t, "ZQ-secret")}, "delivery.sinks[0].secret_file: it is not base64"},
		"empty":       {SinkConfig{PasswordFile: secretFile(t, "")}, "delivery.sinks[0].password_file: file "},
		"no roots":    {SinkConfig{CAFile: secretFile(t, "ZQ-secret")}, "delivery.sinks[0].ca_file: read authorities: no certificate"},
	} {
		errs := (&Config{Sinks: []SinkConfig{c.sink}}).CheckFiles()
		if len(errs) != min(len(c.want), 1) || c.want != "" && (!strings.Contains(errs[0].Error(), c.want) || strings.Contains(errs[0].Error(), "ZQ")) {
			t.Errorf("%s: %v, want %q", name, errs, c.want)
		}
	}
}
