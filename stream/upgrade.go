package stream

import (
	"encoding/binary"
	"fmt"
	"strings"

	"labwatch/alerts"
)

// Entry is a stored snapshot.
type Entry struct {
	Key  string
	Blob []byte
}

// Upgrade brings a stored snapshot to the current version and gives the entries that take its place; one of the
// current version, or of a newer one, is given as it is. It depends on the blob alone, and need not be undone: the old
// snapshot may stay where it is until the next one replaces it.
//
// Version 1 kept a device as one snapshot under deviceKind. Version 2 has a card beside it, which holds its counts, its
// times and its silence.
func Upgrade(key string, blob []byte) ([]Entry, error) {
	if len(blob) == 0 || blob[0] >= snapshotVersion {
		return []Entry{{key, blob}}, nil
	}
	if blob[0] != 1 {
		return nil, fmt.Errorf("snapshot of %q has the state version %d, which never was", key, blob[0])
	}
	name, isDevice := strings.CutPrefix(key, deviceKind)
	if !isDevice {
		return []Entry{{key, append([]byte{2}, blob[1:]...)}}, nil // the others did not change
	}
	r := &reader{b: blob[1:]}
	c := card{name: name}
	covers := int64(r.uvarint())
	c.facility = r.string()
	c.records, c.watched, c.lastSeen, c.newest = r.varint(), r.varint(), r.varint(), r.varint()
	c.heard, c.learned, c.series = c.lastSeen, covers, unknownSeries

	learned := binary.AppendUvarint([]byte{2}, uint64(covers))
	gates := r.b
	for range 5 {
		new(gate).read(r)
	}
	if r.err == nil {
		learned = append(learned, gates[:len(gates)-len(r.b)]...)
	}
	var rules []byte
	kept := 0
	for range r.count(4) {
		rule, series, subject, state := r.string(), r.string(), r.string(), r.bytes()
		if rule == alerts.RuleSilent {
			c.silent = new(alerts.State)
			if err := c.silent.UnmarshalBinary(state); err != nil {
				r.fail(err)
			}
			continue
		}
		kept++
		rules = appendBytes(appendString(appendString(appendString(rules, rule), series), subject), state)
	}
	learned = append(binary.AppendUvarint(learned, uint64(kept)), rules...)
	learned = append(learned, r.b...)
	if r.err != nil {
		return nil, fmt.Errorf("read snapshot of %q of state version 1: %w", key, r.err)
	}
	return []Entry{
		{cardKind + name, c.appendState(binary.AppendUvarint([]byte{2}, uint64(covers)))},
		{key, learned},
	}, nil
}
