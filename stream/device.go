package stream

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"

	"labwatch/alerts"
	"labwatch/record"
)

// device is what one device has learned, beside its card. What it shares with others is in its group.
type device struct {
	*card
	gates  [5]gate // by kind
	series seriesSet
	rules  map[ruleKey]*alerts.State // only those that are not healthy; silence is on the card
}

// ruleKey names one plain rule's alert. A patient's critical value is an alert of its own for each result, so its
// subject is part of the key.
type ruleKey struct{ rule, series, subject string }

func newDevice(c *card) *device {
	return &device{card: c, rules: map[ruleKey]*alerts.State{}}
}

func compareKeys(a, b ruleKey) int {
	return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.series, b.series), cmp.Compare(a.subject, b.subject))
}

// deviceState binds a device to the config it needs to be written.
type deviceState struct {
	*device
	j *Judging
}

func (d deviceState) appendState(b []byte) []byte {
	for i := range d.gates {
		b = d.gates[i].append(b)
	}
	b = binary.AppendUvarint(b, uint64(len(d.rules)))
	for _, key := range slices.SortedFunc(maps.Keys(d.rules), compareKeys) {
		b = appendString(b, key.rule)
		b = appendString(b, key.series)
		b = appendString(b, key.subject)
		b = appendBytes(b, appendAlert(nil, d.rules[key]))
	}
	b = binary.AppendUvarint(b, uint64(d.series.len()))
	for _, s := range d.series.all {
		b = appendString(b, s.name)
		b = s.append(b, d.j.Plan.Series[s.kind])
	}
	return b
}

func (d deviceState) readState(r *reader) {
	for i := range d.gates {
		d.gates[i].read(r)
	}
	for range r.count(4) {
		key := ruleKey{r.string(), r.string(), r.string()}
		s := new(alerts.State)
		if err := s.UnmarshalBinary(r.bytes()); r.err == nil && err != nil {
			r.fail(err)
		}
		d.rules[key] = s
	}
	for range r.count(4) {
		name := r.string()
		s := readSeries(r, d.j, d.name, name)
		if r.err != nil {
			return
		}
		d.series.add(s)
	}
}

// seriesOf finds or makes a series. When the device has too many, the one that was not seen for the longest time makes
// room, such as that of a former lot, unless an alert of it is open; nil when there is no room, or the name is that of
// another kind of reading.
func (d *device) seriesOf(j *Judging, kind record.Kind, name string) *series {
	s := d.series.find(name)
	if s == nil && (d.series.len() < j.MaxSeries || d.forgetSeries()) {
		name = cloned(name)
		s = newSeries(j, kind, d.name, name)
		d.series.add(s)
	}
	if s == nil || s.kind != kind {
		return nil
	}
	return s
}

// forgetSeries drops the series that was not seen for the longest time; of equals the first by name.
func (d *device) forgetSeries() bool {
	var oldest *series
	for _, s := range d.series.all {
		if s.holding() {
			continue
		}
		if oldest == nil || s.seen < oldest.seen {
			oldest = s
		}
	}
	if oldest == nil {
		return false
	}
	d.series.remove(oldest.name)
	return true
}

// bytes is about how much memory the device takes, in bytes.
func (d *device) bytes() int64 {
	n := deviceBytes + len(d.rules)*ruleBytes
	for i := range d.gates {
		n += d.gates[i].bytes()
	}
	for _, s := range d.series.all {
		n += s.bytes()
	}
	return int64(n)
}

// What things take beside the memory that they can name, measured: maps, names, headers of allocations.
const (
	deviceBytes = 800
	ruleBytes   = 500
	seriesBytes = 700
	stateBytes  = 240 // of one alert
	formerBytes = 80
)

// gateIndex is where the gate of a kind stands.
func gateIndex(k record.Kind) int { return int(k) - 1 }
