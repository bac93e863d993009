package kafka

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/stream"
)

// straight is what a worker with all the memory in the world knows of the log.
func (b *bench) straight() map[string]string {
	b.t.Helper()
	w := stream.NewWorker(b.judging, nil, nil)
	j := NewJudge(b.env, b.env.Topics.Log, b.plain, nil, nil)
	err := j.read(b.t.Context(), place{b.env.Topics.Log, 0}, 0, int64(b.written)-1, func(r *kgo.Record) error {
		return w.Process(incoming(r), func(stream.Output) {})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return states(w)
}

// TestDevicesLeaveMemory runs judges in whose memory no device fits, with the disk that the former one left, with one
// whose entry of a device was lost, with none at all, and with an empty one. All know in the end what one knows that
// was never stopped and had all the memory, and hold next to nothing.
func TestDevicesLeaveMemory(t *testing.T) {
	b := newBench(t)
	b.env.Memory = 1
	const devices = 40
	round := func() {
		for i := range devices {
			b.write(fmt.Sprint("analyser-", i), 3)
		}
	}
	disk := new(fakeStore)
	for _, c := range []struct {
		name    string
		prepare func()
	}{
		{"first start", func() {}},
		{"with its disk", func() {}},
		{"a lost entry", func() { delete(disk.entries, "d/analyser-7") }},
		{"an older entry", func() {
			old := disk.entries["d/analyser-8"]
			round()
			b.judged(disk)
			disk.entries["d/analyser-8"] = old
		}},
		{"another machine", func() { disk = new(fakeStore) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.prepare()
			for range 3 {
				round()
			}
			w, err := b.judge(disk)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(states(w), b.straight()) {
				t.Error("its state is another than that of a worker that was never stopped")
			}
			use := w.Use()
			if use.Devices != devices || use.Held > 0 {
				t.Errorf("%d of %d devices are in memory", use.Held, use.Devices)
			}
			b.covers(disk)
		})
	}
}

// covers checks that the disk has both parts of every device.
func (b *bench) covers(disk *fakeStore) {
	b.t.Helper()
	for key := range disk.entries {
		if name, ok := strings.CutPrefix(key, "c/"); ok && disk.entries["d/"+name] == nil {
			b.t.Errorf("the disk has lost what %s has learned", name)
		}
	}
}
