package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/cmd/rig"
)

// settle stops the instruments, waits until everything they sent has come out, and counts what has not. What came out
// twice counts as well: it would be one reading too few and one too many.
func (s *site) settle(ctx context.Context) (lost int, err error) {
	s.instruments.stop()
	sent := s.instruments.sent
	out := map[string]int{}
	_, err = s.until(ctx, time.Minute, func(ctx context.Context) error {
		clear(out)
		if err := s.readIDs(ctx, out); err != nil {
			return err
		}
		missing := 0
		for id := range sent {
			if out[id] == 0 {
				missing++
			}
		}
		if missing > 0 {
			return fmt.Errorf("%d of %d readings have not come out", missing, len(sent))
		}
		return nil
	})
	if err != nil {
		fmt.Println("ops:", err)
	}
	doubled := 0
	for id := range sent {
		switch {
		case out[id] == 0:
			lost++
		case out[id] > 1:
			lost++
			doubled++
		}
	}
	fmt.Printf("%d readings sent, %d without a record, %d with more than one\n", len(sent), lost-doubled, doubled)
	silent, said, err := s.undelivered(ctx)
	fmt.Printf("%d alerts opened or ended, %d of them did not reach the sink\n", said, silent)
	return lost + silent, err
}

// undelivered counts the alerts that opened or ended and of which the sink has not heard. It is given time for the last.
func (s *site) undelivered(ctx context.Context) (missing, said int, err error) {
	_, err = s.until(ctx, 30*time.Second, func(ctx context.Context) error {
		missing, said = 0, 0
		err := s.eachMessage(ctx, "labwatch.alerts", func(value []byte) error {
			var alert struct {
				ID       string `json:"id"`
				Sequence int    `json:"sequence"`
				State    string `json:"state"`
			}
			if err := json.Unmarshal(value, &alert); err != nil {
				return fmt.Errorf("read alert: %w", err)
			}
			if alert.State == "updated" { // of these it wants only those that are worse
				return nil
			}
			said++
			s.hook.mu.Lock()
			defer s.hook.mu.Unlock()
			if !s.hook.taken[fmt.Sprintf("%s.%d", alert.ID, alert.Sequence)] {
				missing++
			}
			return nil
		})
		if err == nil && missing > 0 {
			err = fmt.Errorf("the sink lacks %d alerts", missing)
		}
		return err
	})
	if missing > 0 {
		return missing, said, nil // which is the result, and no failure of ours
	}
	return missing, said, err
}

// readIDs counts the ids of the published records.
func (s *site) readIDs(ctx context.Context, into map[string]int) error {
	return s.eachRecord(ctx, func(value []byte) error {
		var record struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(value, &record); err != nil {
			return fmt.Errorf("read record: %w", err)
		}
		into[record.ID]++
		return nil
	})
}

// eachRecord shows every published record that readers of committed data find.
func (s *site) eachRecord(ctx context.Context, each func(value []byte) error) error {
	return s.eachMessage(ctx, "labwatch.records", each)
}

// eachMessage shows every message of a topic that readers of committed data find.
func (s *site) eachMessage(ctx context.Context, topic string, each func(value []byte) error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return rig.Topics{Brokers: []string{"127.0.0.1:" + kafkaPort}, Admin: s.admin}.ReadAll(ctx, topic, func(r *kgo.Record) error { return each(r.Value) })
}
