package config

import (
	"strings"
	"testing"

	"labwatch/state"
	"labwatch/stream"
)

func TestWarnings(t *testing.T) {
	const loopback = "kafka: {brokers: ['localhost:1', '[::1]:1'], instance: a}\n"
	for change, want := range map[string]string{
		"kafka: {brokers: [], instance: a}":                                                                          "kafka.brokers: none",
		"kafka: {brokers: ['127.0.0.1:9092'], instance: a}":                                                          "kafka.brokers: one",
		"kafka: {brokers: ['a:1', 'b:1'], instance: a, tls: {enabled: true}}":                                        "",
		"kafka: {brokers: ['a:1', 'b:1'], instance: a}":                                                              "kafka.tls: is off",
		"kafka: {brokers: ['a:1', 'b:1'], tls: {enabled: true}}":                                                     "kafka.instance: ",
		"kafka: {brokers: ['a:1', 'b:1'], instance: a, tls: {enabled: true}, replication: 1}":                        "kafka.replication: 1",
		"kafka: {brokers: [localhost, '[::1]', '::1', 127.0.0.1], instance: a}":                                      "",
		"kafka: {brokers: ['localhost:1', '[::1]:1'], instance: a}\nhttp: {listen: '[::1]:8420'}":                    "",
		"kafka: {brokers: ['localhost:1', '[::1]:1'], instance: a}\nhttp: {listen: ':1', token_file: t}":             "http.listen: no TLS",
		"kafka: {brokers: ['localhost:1', '[::1]:1'], instance: a}\nalerts: {limit: {tests: {2345-7: {high: 200}}}}": "",
		loopback + "judge: {max_series: 600}":                                                                        "",
		loopback + "judge: {max_series: 900}":                                                                        "judge.max_series: a device has room for 810 series",
		loopback + "detectors: {baseline: {size: 5000}}":                                                             "judge.max_series: a device has room for 107 series",
	} {
		c := Default()
		if err := decode([]byte(change), &c); err != nil {
			t.Fatal(err)
		}
		got := c.Warnings()
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], want)) {
			t.Errorf("%s: %q, want %q alone", change, got, want)
		}
	}
}

// TestStateTakesWhatADeviceLearns: the local state must take the largest snapshot, with room for the alerts of rules beside it.
func TestStateTakesWhatADeviceLearns(t *testing.T) {
	if stream.MostSnapshot+500_000 > state.MaxBlob {
		t.Errorf("a device may take %d bytes, the state takes %d", stream.MostSnapshot, state.MaxBlob)
	}
}
