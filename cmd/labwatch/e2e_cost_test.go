package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// TestCostOfSecurity compares the processor time that labwatch takes for a record with TLS and a password, and with
// encrypted state as well, to that without. The runs take turns, so that the load of the machine changes the ratios
// little; each works the same readings from the start to a stop in order. It takes minutes:
//
//	export LABWATCH_KAFKA_SECURE=1 LABWATCH_KAFKA_DIR=$HOME/secured-kafka
//	LABWATCH_KAFKA=$(deploy/kafka/kafka start | tail -n 1) LABWATCH_TEST_KAFKA_CERTS=$LABWATCH_KAFKA_DIR/certs \
//	LABWATCH_LONG=1 go test -count=1 -v -run CostOfSecurity -timeout 30m ./cmd/labwatch
func TestCostOfSecurity(t *testing.T) {
	if os.Getenv("LABWATCH_LONG") == "" || os.Getenv("LABWATCH_TEST_KAFKA_CERTS") == "" {
		t.Skip("LABWATCH_LONG and LABWATCH_TEST_KAFKA_CERTS are not set")
	}
	const records, rounds = 200_000, 7
	variants := []struct {
		name   string
		change func(*lab)
	}{
		{"in clear", func(l *lab) { l.bootstrap, l.security, l.stateKeys = l.broker, "", "" }},
		{"TLS", func(l *lab) { l.stateKeys = "" }},
		{"TLS and encrypted state", func(*lab) {}},
	}
	ratios := make([][]float64, len(variants))
	for round := range rounds {
		var clear time.Duration
		for i, v := range variants {
			l := newLab(t, false)
			v.change(l)
			must(0, os.WriteFile(l.path("config.yaml"), []byte(l.config()), 0o600))
			took := l.processorTime(records)
			if i == 0 {
				clear = took
			}
			ratios[i] = append(ratios[i], float64(took)/float64(clear))
			t.Logf("round %d, %s: %.1f µs a record", round+1, v.name, float64(took.Microseconds())/records)
		}
	}
	for i, v := range variants {
		slices.Sort(ratios[i])
		t.Logf("%s: median %.3f, %.3f to %.3f", v.name, ratios[i][rounds/2], ratios[i][0], ratios[i][rounds-1])
	}
}

// processorTime is what labwatch takes for readings that are there when it starts.
func (l *lab) processorTime(records int) time.Duration {
	l.t.Helper()
	topics := l.topics()
	sim := l.start("simulate", "simulate", "--brokers", l.broker, "--unpaced", "--count", fmt.Sprint(records), "--devices", "100", "--rate", "1000",
		"--start-time", "2026-05-04T06:00:00Z", "--results-topic", topics[simResults], "--qc-topic", topics[simQC],
		"--logs-topic", topics[simLogs], "--telemetry-topic", topics[simTelemetry])
	if <-sim.done; sim.err != nil {
		l.t.Fatal(sim.err, sim.log.String())
	}
	p := l.run()
	deadline := time.Now().Add(3 * time.Minute)
	for l.behind("sequence", l.inputs()...) > 0 || l.behind("judge", l.topic("log")) > 0 {
		if time.Now().After(deadline) {
			l.t.Fatal("is not done after three minutes")
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err := p.stop(); err != nil {
		l.t.Fatal(err)
	}
	if strings.Contains(p.log.String(), `"level":"error"`) {
		l.t.Error(p.log.String())
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// behind is how many messages of topics a stage has not committed; more than that if it has committed nothing yet.
func (l *lab) behind(stage string, topics ...string) (n int64) {
	l.t.Helper()
	admin := kadm.NewClient(l.client)
	ends, err := admin.ListCommittedOffsets(context.Background(), topics...)
	if err != nil {
		return 1
	}
	committed, err := admin.FetchOffsets(context.Background(), l.prefix+"group-"+stage)
	if err != nil {
		return 1
	}
	ends.Each(func(end kadm.ListedOffset) {
		at, _ := committed.Lookup(end.Topic, end.Partition)
		n += max(end.Offset-max(at.At, 0)-1, 0) // the last may be a transaction's marker
	})
	return n
}
