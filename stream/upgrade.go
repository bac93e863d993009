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
// times and its silence. Version 3 says that each series has its pace and its waiting; of version 2 some do and some do
// not, see upgradeSeries. Version 4 keeps shorter hashes of what was seen, see wide.go, what each series held for normal
// before, and which scores are usual.
func Upgrade(key string, blob []byte) ([]Entry, error) {
	if len(blob) == 0 || blob[0] >= snapshotVersion {
		return []Entry{{key, blob}}, nil
	}
	version := blob[0]
	if version == 0 {
		return nil, fmt.Errorf("snapshot of %q has the state version %d, which never was", key, version)
	}
	name, isDevice := strings.CutPrefix(key, deviceKind)
	if !isDevice {
		return upgradeOther(key, blob)
	}
	r := &reader{b: blob[1:]}
	covers := int64(r.uvarint())
	c := card{name: name, learned: covers, summary: summary{series: unknownSeries}}
	if version == 1 {
		c.facility = r.string()
		c.records, c.watched, c.lastSeen, c.newest = r.varint(), r.varint(), r.varint(), r.varint()
		c.heard = c.lastSeen
	}
	learned := upgradeLearned(snapshotHead(covers), r, &c)
	if r.err != nil {
		return nil, fmt.Errorf("read snapshot of %q of state version %d: %w", key, version, r.err)
	}
	if version > 1 {
		return []Entry{{key, learned}}, nil
	}
	return []Entry{{cardKind + name, encodeSnapshot(covers, &c)}, {key, learned}}, nil
}

// upgradeOther brings what is no device's to the current version.
func upgradeOther(key string, blob []byte) ([]Entry, error) {
	if !strings.HasPrefix(key, groupKind) {
		return []Entry{{key, append([]byte{snapshotVersion}, blob[1:]...)}}, nil // cards and the clock did not change
	}
	r := &reader{b: blob[1:]}
	group := upgradeGroup(snapshotHead(int64(r.uvarint())), r)
	if err := r.done(); err != nil {
		return nil, fmt.Errorf("read snapshot of %q of state version %d: %w", key, blob[0], err)
	}
	return []Entry{{key, group}}, nil
}

// upgradeLearned appends what a device has learned. A silence that was one of its rules goes to the card.
func upgradeLearned(learned []byte, r *reader, c *card) []byte {
	for range len(device{}.gates) {
		var g gate
		g.readWide(r)
		learned = g.append(learned)
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
	return upgradeSeries(learned, r)
}
