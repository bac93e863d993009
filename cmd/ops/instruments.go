package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// instruments send readings for as long as the site stands: ten analysers and five fridges. They write past the proxy
// and past whatever is wrong with labwatch, and wait for Kafka when it is down. Every reading has an id of its own.
type instruments struct {
	client *kgo.Client
	cancel context.CancelFunc
	done   chan struct{}
	silent atomic.Bool  // one fridge says nothing
	ahead  atomic.Int64 // how far the instruments' clocks are ahead

	mu   sync.Mutex
	sent map[string]bool // ids that Kafka has taken
}

func startInstruments(client *kgo.Client) *instruments {
	ctx, cancel := context.WithCancel(context.Background())
	in := &instruments{client: client, cancel: cancel, done: make(chan struct{}), sent: map[string]bool{}}
	go func() { defer close(in.done); in.run(ctx) }()
	return in
}

func (in *instruments) stop() { in.cancel(); <-in.done }

func (in *instruments) run(ctx context.Context) {
	rng := rand.New(rand.NewPCG(1, 1))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			_ = in.client.Flush(context.Background())
			return
		case <-tick.C:
		}
		at := time.Now().Add(time.Duration(in.ahead.Load())).UTC().Format(time.RFC3339Nano)
		for d := range 10 {
			id := fmt.Sprintf("r-%d-%d", d, n)
			in.send(resultsTopic, fmt.Sprintf("analyser-%d", d), id, fmt.Sprintf(`{"result_id":%q,"patient_id":"p%d","test_code":"GLU",`+
				`"result_value":"%.1f","result_unit":"mg/dL","device_id":"analyser-%d","collected_timestamp":%q}`, id, n, 95+3*rng.NormFloat64(), d, at))
		}
		for d := range 5 {
			if d == 4 && in.silent.Load() {
				continue
			}
			id := fmt.Sprintf("t-%d-%d", d, n)
			in.send(telemetryTopic, fmt.Sprintf("fridge-%d", d), id, fmt.Sprintf(`{"sample_id":%q,"device_id":"fridge-%d","timestamp":%q,"storage_temp_c":%.2f}`,
				id, d, at, 4+.3*rng.NormFloat64()))
		}
	}
}

func (in *instruments) send(topic, device, id, value string) {
	r := &kgo.Record{Topic: topic, Key: []byte(device), Value: []byte(value)}
	in.client.Produce(context.Background(), r, func(_ *kgo.Record, err error) {
		if err == nil {
			in.mu.Lock()
			in.sent[id] = true
			in.mu.Unlock()
		}
	})
}

// receiver is the other side of a webhook, which can be taken away.
type receiver struct {
	address string
	server  *http.Server

	mu    sync.Mutex
	taken map[string]bool // ids of the alerts that came
}

func startReceiver() (*receiver, error) {
	r := &receiver{address: "127.0.0.1:0", taken: map[string]bool{}}
	return r, r.start()
}

func (r *receiver) url() string { return "http://" + r.address }

func (r *receiver) start() error {
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		return fmt.Errorf("start receiver of alerts: %w", err)
	}
	r.address = l.Addr().String()
	r.server = &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.taken[req.Header.Get("webhook-id")] = true
	})}
	go func(s *http.Server) { _ = s.Serve(l) }(r.server)
	return nil
}

func (r *receiver) stop() { _ = r.server.Close() }
