package deliver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"labwatch/alerts"
)

// post is how a sink sends a body below its address.
type post func(ctx context.Context, path string, body []byte, header http.Header) error

// webhook posts the alert as it was published, as a CloudEvent in binary mode (CloudEvents 1.0, HTTP binding). With a
// secret it is signed as the Standard Webhooks specification says: HMAC-SHA-256 over id, time and body.
type webhook struct {
	post       post
	secretFile string // empty: not signed
}

// Send implements Sink.
func (w *webhook) Send(ctx context.Context, m *Message) error {
	header := http.Header{}
	for _, h := range alerts.AppendHeaders(nil, &m.Alert) {
		if name, ok := strings.CutPrefix(h.Key, "ce_"); ok {
			header.Set("ce-"+name, h.Value)
		}
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	header.Set("webhook-id", m.ID)
	header.Set("webhook-timestamp", now)
	if w.secretFile != "" {
		text, err := readSecret(w.secretFile)
		if err != nil {
			return err
		}
		key, err := signingKey(text)
		if err != nil {
			return fmt.Errorf("read secret %s: %w", w.secretFile, err)
		}
		header.Set("webhook-signature", "v1,"+sign(key, m.ID, now, m.JSON))
	}
	return w.post(ctx, "", m.JSON, header)
}

// signingKey is what a secret file stands for.
func signingKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil {
		return nil, errors.New("it is not base64") // the library's error would say where
	}
	return key, nil
}

// sign is the signature of the Standard Webhooks specification.
func sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
