package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"labwatch/alerts"
	"labwatch/stream/kafka"
)

// checkAlertID says whether a text can be the id of an alert.
func checkAlertID(text string) error {
	if b, err := hex.DecodeString(text); err != nil || len(b) != 16 {
		return usageError{fmt.Errorf("%q is no alert's id: it has 32 hexadecimal digits", text)}
	}
	return nil
}

// toldAlert is one message of an alert and when it was published.
type toldAlert struct {
	alerts.Alert
	published time.Time
}

// messagesOf finds what was said of an alert, in order.
func (a *asking) messagesOf(ctx context.Context, id string) ([]toldAlert, error) {
	var told []toldAlert
	err := a.scan(ctx, a.env.Topics.Alerts, time.Time{}, func(f kafka.Found) error {
		said, err := alerts.ParseJSON(f.Value)
		if err == nil && said.ID == id {
			told = append(told, toldAlert{said, time.Unix(0, f.At)})
		}
		return nil // a message of somebody else's is none of this alert's
	})
	if err != nil {
		return nil, err
	}
	if len(told) == 0 {
		return nil, fmt.Errorf("no alert %s in %s: it was never raised, or is older than the topic's retention", id, a.env.Topics.Alerts)
	}
	slices.SortStableFunc(told, func(x, y toldAlert) int { return x.Sequence - y.Sequence })
	return told, nil
}
