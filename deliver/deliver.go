// Package deliver brings published alerts to people: to an Alertmanager, a webhook, a Slack channel or by e-mail. It
// knows no Kafka: whoever reads the topic of alerts hands them to a Courier, one for each sink, so that a sink that is
// down delays nobody but itself. Each alert is handed over at least once; every sink carries an id by which the other
// side can recognise a repeat.
package deliver

import (
	"context"
	"errors"
	"strconv"

	"labwatch/alerts"
)

// Message is one published alert on its way to a sink.
type Message struct {
	ID        string // alert and sequence, the ce_id of the topic: the same in every repeat
	JSON      []byte // as published; nil of what is only remembered
	Alert     alerts.Alert
	At        int64 // when it was published, nanoseconds since 1970 UTC
	Partition int32 // of the topic of alerts

	before alerts.Severity // that the sink last heard of this alert; 0: it hears of it for the first time
	called naming          // what the sink knows the alert by
}

// parse reads a message of the topic of alerts.
func parse(value []byte, at int64, partition int32) (Message, error) {
	a, err := alerts.ParseJSON(value)
	if err != nil {
		return Message{}, err
	}
	return Message{ID: a.ID + "." + strconv.Itoa(a.Sequence), JSON: value, Alert: a, At: at, Partition: partition,
		called: naming{a.Kind, a.Facility, a.Series, a.Subject}}, nil
}

// Sink is one place that alerts are brought to. It serves one goroutine.
type Sink interface {
	// Send returns nil once the other side has taken m. An error that wraps ErrRefused will be the same at each
	// further try; after any other one Send is called again.
	Send(ctx context.Context, m *Message) error
}

// refresher is a Sink whose other side forgets what is not said again. Refresh is called every refreshEvery with the
// alerts that are open.
type refresher interface {
	Refresh(ctx context.Context, open []*Message) error
}

// ErrRefused says that the other side has understood the message and does not want it.
var ErrRefused = errors.New("refused")
