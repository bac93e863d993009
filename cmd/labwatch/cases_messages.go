package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"labwatch/config"
)

// caseMessage is one message of a test.
type caseMessage struct {
	at    time.Time
	topic string
	value []byte
}

// caseMessages makes the messages of a test in the order of their times; those of one time in the order of the file.
// Each row of input draws from a generator of its own, so that one more row changes no other.
func caseMessages(cfg *config.Config, test *config.Test) ([]caseMessage, error) {
	var all []caseMessage
	for i := range test.Input {
		in := &test.Input[i]
		at := test.Start.Add(in.At)
		topic, err := caseTopic(cfg, in)
		if err != nil {
			return nil, fmt.Errorf("input[%d]: %w", i, err)
		}
		if in.Text != "" {
			all = append(all, caseMessage{at, topic, []byte(in.Text)})
			continue
		}
		rng := rand.New(rand.NewPCG(test.Seed, uint64(i)))
		put := func(n int, value any) error {
			b, err := json.Marshal(caseFields(in, fmt.Sprintf("t%d-%d", i, n), at, value))
			if err != nil {
				return fmt.Errorf("input[%d]: write the message: %w", i, err)
			}
			all = append(all, caseMessage{at, topic, b})
			at = at.Add(in.Every)
			return nil
		}
		n := 0
		if in.Kind == "log" {
			if err := put(n, nil); err != nil {
				return nil, err
			}
		}
		for _, v := range in.Values {
			for range v.N {
				value := v.Value
				if value == nil {
					value = math.Round((v.Mean+v.SD*rng.NormFloat64())*1e4) / 1e4
				}
				if err := put(n, value); err != nil {
					return nil, err
				}
				n++
			}
		}
	}
	slices.SortStableFunc(all, func(a, b caseMessage) int { return a.at.Compare(b.at) })
	return all, nil
}

// caseTopic finds the input that a row belongs to.
func caseTopic(cfg *config.Config, in *config.TestInput) (string, error) {
	for _, input := range cfg.Inputs {
		if in.Topic != "" && input.Topic != in.Topic || in.Kind != "" && input.Kind != in.Kind && input.Kind != "any" {
			continue
		}
		if in.Text == "" && input.Format != "json" {
			return "", fmt.Errorf("topic %s is read as %s: give its messages as text", input.Topic, input.Format)
		}
		return input.Topic, nil
	}
	return "", fmt.Errorf("the config has no input for topic %q, kind %q", in.Topic, in.Kind)
}

// caseFields is a message in the JSON form of its kind. Each result is one of a patient of its own.
func caseFields(in *config.TestInput, id string, at time.Time, value any) map[string]any {
	when := at.Format(time.RFC3339Nano)
	m := map[string]any{"device_id": in.Device}
	switch in.Kind {
	case "result":
		m["result_id"], m["patient_id"], m["test_code"], m["result_unit"] = id, "patient-"+id, in.Test, in.Unit
		m["result_value"] = fmt.Sprint(value)
		m["collected_timestamp"], m["resulted_timestamp"] = when, when
	case "qc":
		m["qc_id"], m["test_code"], m["qc_level"], m["unit"] = id, in.Test, in.Level, in.Unit
		m["measured_value"], m["timestamp"] = value, when
	case "log":
		m["log_timestamp"], m["event_type"] = when, in.Event
	case "telemetry":
		m["timestamp"], m[in.Channel] = when, value
	}
	for name, v := range in.Fields {
		m[name] = v
	}
	return m
}
