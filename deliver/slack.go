package deliver

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"labwatch/alerts"
)

// slack posts to an incoming webhook of Slack, or of a chat that takes the same form (Mattermost, Rocket.Chat).
type slack struct{ post post }

// Send implements Sink.
func (s *slack) Send(ctx context.Context, m *Message) error {
	body, err := json.Marshal(map[string]string{"text": slackText(&m.Alert)}, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode message: %w: %w", err, ErrRefused)
	}
	return s.post(ctx, "", body, http.Header{})
}

// slackText is three lines: what, what to do, and where to look it up.
func slackText(a *alerts.Alert) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s* %s\n", strings.ToUpper(word(a)), slackEscape(a.Summary))
	if a.Change != alerts.Resolved && a.Action != "" {
		fmt.Fprintf(&b, "%s\n", slackEscape(a.Action))
	}
	fmt.Fprintf(&b, "_%s · %s · since %s · alert %s_", slackEscape(a.Device), slackEscape(a.Rule),
		time.Unix(0, a.Opened).UTC().Format("2006-01-02 15:04 UTC"), a.ID)
	return b.String()
}

// word is what an alert is called in a headline: its severity, or that it is over.
func word(a *alerts.Alert) string {
	if a.Change == alerts.Resolved {
		return "resolved"
	}
	return a.Severity.String()
}

// slackEscape masks the three characters that Slack reads as its own, and the marks of its formatting.
func slackEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", "∗", "_", "＿", "`", "'", "~", "∼").Replace(s)
}
