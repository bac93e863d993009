package stream

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// acceptance is that the vectors of one member are normal, whatever a detector of its group says: they are no breach, and
// are learned. It ends after as many vectors as make a baseline by default; the forest then knows them, unless they are too
// few among those of a large group.
type acceptance struct {
	detector int
	left     int // vectors
}

const acceptVectors = 500

// Most bytes of a former forest, and of the snapshot of a group that keeps one, which is written whole whenever it is due.
const (
	mostFormer = 256 << 10
	mostGroup  = 900_000
)

// accepts says whether the vectors of the member are normal to a detector, whatever it says.
func (m *member) accepts(i int) bool { return m.accepted != nil && m.accepted.detector == i }

// passed counts a vector.
func (m *member) passed() {
	if m.accepted != nil {
		if m.accepted.left--; m.accepted.left <= 0 {
			m.accepted = nil
		}
	}
}

// heedGroups does what a person says of an alert that a group holds of the device. A group decides by the entry alone, and
// is not told whether the device took it for a repeat: said twice, a verdict finds nothing to do.
func (w *Worker) heedGroups(r *record.Record, offset int64, emit Emit) (heeded bool) {
	for _, name := range slices.Sorted(maps.Keys(w.groups)) {
		g := w.groups[name]
		if m := g.members[r.Device]; m != nil && g.takes(offset) && w.heedGroup(g.group, m, r, emit) {
			w.queue.touch(g, offset, w.stamp)
			heeded = true
		}
	}
	return heeded
}

func (w *Worker) heedGroup(g *group, m *member, r *record.Record, emit Emit) bool {
	id := r.Alert()
	about := subject{origin: r.Origin, at: decisive(r), kind: record.Telemetry, series: g.name, device: r.Device, facility: r.Facility}
	open := slices.IndexFunc(m.states, func(s alerts.State) bool { return named(&s, id) })
	switch {
	case r.EventType == record.RollBackEvent: // an open alert may be of a device that nothing was accepted of
		return g.former.names(id) && w.rollBackGroup(about, g, m, emit)
	case open < 0:
		return false
	case r.EventType == record.AcceptEvent:
		w.acceptVectors(about, g, m, open, emit)
		return true
	}
	return w.acknowledge(about, w.j.Plan.Group[open].Name, &m.states[open], r.Technician, emit)
}

// acceptVectors ends the alert of a member, whose vectors are normal from now on. What the detector knew is kept.
func (w *Worker) acceptVectors(about subject, g *group, m *member, i int, emit Emit) {
	s := &m.states[i]
	g.former, g.formerOf = &former{baseline: mustMarshal(g.dets[i]), ended: []alerts.ID{s.ID}}, i
	m.accepted = &acceptance{detector: i, left: acceptVectors}
	w.endFor(alerts.StatAccepted, about, w.j.Plan.Group[i].Name, s, emit)
	m.standing = detectors.Standing{}
	m.settle()
	w.tally.resets++
	w.fitFormer(g)
}

// newMembers is how many members a group gets until it is looked at whether it still fits.
const newMembers = 100

// fitFormer gives up a former forest that is too large, or makes the group so, and counts that.
func (w *Worker) fitFormer(g *group) {
	if g.former == nil || len(g.former.baseline) <= mostFormer && len(groupState{g, w.j}.appendState(nil)) <= mostGroup {
		return
	}
	g.former, g.formerOf = nil, 0
	w.tally.unkept++
}

// rollBackGroup takes back the last acceptance in a group: its detector knows what it knew then, for all members.
func (w *Worker) rollBackGroup(about subject, g *group, m *member, emit Emit) bool {
	i := g.formerOf
	if g.former == nil || g.dets[i].UnmarshalBinary(g.former.baseline) != nil {
		return false
	}
	if m.states != nil {
		w.endFor(alerts.StatRolledBack, about, w.j.Plan.Group[i].Name, &m.states[i], emit)
		m.settle()
	}
	for _, other := range g.members {
		if other.accepted != nil && other.accepted.detector == i {
			other.accepted = nil
		}
	}
	g.former, m.standing = nil, detectors.Standing{}
	w.tally.rollbacks++
	return true
}

// appendFormer writes the former detector under its name.
func (g *group) appendFormer(b []byte, named []Named) []byte {
	b = g.former.append(b)
	if g.former != nil {
		b = appendString(b, named[g.formerOf].Name)
	}
	return b
}

// readFormer drops that of a detector which the config does not name any more.
func (g *group) readFormer(r *reader, named []Named) {
	if g.former = readFormer(r); g.former == nil {
		return
	}
	if g.formerOf = indexOf(named, r.string()); g.formerOf < 0 {
		g.former, g.formerOf = nil, 0
	}
}

func (a *acceptance) append(b []byte, named []Named) []byte {
	if a == nil {
		return append(b, 0)
	}
	return appendString(binary.AppendUvarint(b, uint64(a.left)), named[a.detector].Name)
}

func readAcceptance(r *reader, named []Named) *acceptance {
	left := r.uvarint()
	if left == 0 {
		return nil
	}
	a := &acceptance{left: int(left), detector: indexOf(named, r.string())}
	if left > acceptVectors {
		r.fail(fmt.Errorf("accepts %d vectors", left))
	}
	if r.err != nil || a.detector < 0 {
		return nil
	}
	return a
}

func indexOf(all []Named, name string) int {
	return slices.IndexFunc(all, func(n Named) bool { return n.Name == name })
}
