package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/state"
	"labwatch/stream"
)

// stateCheck rebuilds state as a new machine would, and compares every entity's bytes with the reference's.
type stateCheck struct {
	lab         *lab
	ref         *reference
	judgement   *judgement
	differences int
	compared    int
	fromDisks   int // entities that disks gave
	examples    []string
}

func (c *stateCheck) differs(format string, args ...any) {
	c.differences++
	if len(c.examples) < mostExamples {
		c.examples = append(c.examples, fmt.Sprintf(format, args...))
	}
}

// fromKafka rebuilds a partition from the snapshot topic alone.
func (c *stateCheck) fromKafka(ctx context.Context, p int32, o kadm.Offset) error {
	return c.rebuild(ctx, "from Kafka", p, o, 0, nil)
}

// fromDisk rebuilds a partition from the state folder of an instance and what the snapshot topic has after that.
func (c *stateCheck) fromDisk(ctx context.Context, name string, store *state.Store, p int32, o kadm.Offset) error {
	type entry struct {
		key  string
		blob []byte
	}
	var entries []entry
	position, err := store.Load(p, nil, func(key string, blob []byte) error {
		entries = append(entries, entry{key, bytes.Clone(blob)})
		return nil
	})
	if err != nil {
		return fmt.Errorf("read state of %s: %w", name, err)
	}
	if len(position) != 8 { // it never owned the partition, or the state was taken away and not needed since
		return nil
	}
	c.fromDisks += len(entries)
	return c.rebuild(ctx, "from the disk of "+name, p, o, int64(binary.BigEndian.Uint64(position)), func(restore func(string, []byte)) {
		for _, e := range entries {
			restore(e.key, e.blob)
		}
	})
}

func (c *stateCheck) rebuild(ctx context.Context, how string, p int32, o kadm.Offset, from int64, first func(func(string, []byte))) error {
	redo, err := redoPoint(o)
	if err != nil {
		c.differs("%s partition %d: %v", how, p, err)
		return nil
	}
	w, err := c.ref.worker()
	if err != nil {
		return err
	}
	restore := func(key string, blob []byte) {
		if _, err := w.Restore(key, blob, o.At); err != nil {
			c.differs("%s partition %d: %v", how, p, err)
		}
	}
	if first != nil {
		first(restore)
	}
	snapshots := c.lab.topic("snapshots")
	ends, err := c.lab.topics.Ends(ctx, snapshots)
	if err != nil {
		return err
	}
	err = c.lab.topics.Read(ctx, snapshots, p, from, ends[p], func(r *kgo.Record) error {
		if !strings.HasPrefix(string(r.Key), "~") { // a recovery's sentinel
			restore(string(r.Key), r.Value)
		}
		return nil
	})
	var refused error // by the engine: then the state is not what it should be
	if err == nil {
		err = c.lab.topics.Read(ctx, c.lab.judged(), p, redo, o.At, func(r *kgo.Record) error {
			refused = w.Process(message(r), nil)
			return refused
		})
	}
	if refused != nil {
		c.differs("%s partition %d: %v", how, p, refused)
		return nil //nolint:nilerr // it is a difference
	}
	if err != nil {
		return fmt.Errorf("rebuild state %s: %w", how, err)
	}
	return c.compare(how, p, w)
}

// compare takes every entity that either side has.
func (c *stateCheck) compare(how string, p int32, rebuilt *stream.Worker) error {
	want, err := snapshots(c.judgement.workers[p])
	if err != nil {
		return fmt.Errorf("compare state %s: %w", how, err)
	}
	got, refused := snapshots(rebuilt)
	if refused != nil {
		c.differs("%s partition %d: %v", how, p, refused)
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		c.compared++
		blob, ok := got[key]
		switch {
		case !ok:
			c.differs("%s partition %d: %s is missing", how, p, key)
		case !bytes.Equal(blob, want[key]):
			at := 0
			for at < min(len(blob), len(want[key])) && blob[at] == want[key][at] {
				at++
			}
			c.differs("%s partition %d: %s differs from byte %d on; %d bytes, %d expected", how, p, key, at, len(blob), len(want[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			c.differs("%s partition %d: %s should not be there", how, p, key)
		}
	}
	return nil
}

func snapshots(w *stream.Worker) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := w.Snapshots(func(key string, blob []byte) { all[key] = bytes.Clone(blob) })
	return all, err
}

// redoPoint reads the note beside a committed offset, such as "labwatch/1 redo=4711".
func redoPoint(o kadm.Offset) (int64, error) {
	for word := range strings.FieldsSeq(o.Metadata) {
		if text, ok := strings.CutPrefix(word, "redo="); ok {
			return strconv.ParseInt(text, 10, 64)
		}
	}
	return 0, fmt.Errorf("offset %d was committed without a redo point: %q", o.At, o.Metadata)
}

// openStore opens the state folder of an instance that is down, as the daemon would.
func (c *stateCheck) openStore(ctx context.Context, name string) (*state.Store, error) {
	snapshots := c.lab.topic("snapshots")
	m, err := c.lab.admin.Metadata(ctx, c.lab.judged(), snapshots)
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	config := c.ref.cfg.State
	config.Dir = c.lab.path(name + ".state")
	made := m.Topics[c.lab.judged()].ID.String() + "+" + m.Topics[snapshots].ID.String()
	identity := strings.Join([]string{m.Cluster, c.ref.cfg.Kafka.Group, made}, "/") // as in the daemon, or all is dropped
	return state.Open(config, zerolog.Nop(), identity)
}
