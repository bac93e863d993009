package stream

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// group is the telemetry of several devices, learned together as vectors. Devices of one group that live on another
// partition form a group of their own there: state never crosses partitions.
//
// It decides by itself which readings count: of each device those that are newer than all before, which leaves out
// repeats and latecomers; and it takes a reading for suspect by the plain rules only, never by what a device's
// detectors think. After a crash device and group begin their redo at different offsets, so neither may ask the other.
type group struct {
	name     string
	channels []string // in the order of the vector
	panel
	members  map[string]*member
	former   *former // what a detector knew before the last acceptance; nil: nothing
	formerOf int     // that detector

	recurrences []Recurrence // of the scores of each detector
}

// member is what a group knows of one of its devices. It is small: a group may have thousands, and is one snapshot.
type member struct {
	newest int64          // greatest event time admitted
	leaps  int            // readings in a row that lie further ahead of it than the grace
	states []alerts.State // by detector; none when all are healthy

	standing detectors.Standing // of its newest vector
	accepted *acceptance        // nil: nothing
	high     uint32             // a bit for each of the first 32 detectors: its newest vector was high by that
}

// admit says whether a reading is newer than all before. One whose clock runs ahead is not taken at all, and a leap in
// time when others confirm it, as in the gate.
func (m *member) admit(r *record.Record, grace int64) bool {
	if r.Time <= m.newest || r.Flags.Has(record.Early|record.Withdrawn) {
		return false
	}
	if m.newest != 0 && r.Time > m.newest+grace {
		if m.leaps++; m.leaps < confirmLeap {
			return false
		}
	}
	m.newest, m.leaps = r.Time, 0
	return true
}

func newGroup(j *Judging, name string, channels []string) *group {
	return &group{name: name, channels: channels, members: map[string]*member{}, panel: newPanel(j, record.Telemetry, j.Plan.Group, name, "", nil),
		recurrences: make([]Recurrence, len(j.Plan.Group))}
}

// groupName is the configured group of a device with the channels it sent: vectors of different channels are not
// compared. The channels are sorted and appear once each.
func groupName(j *Judging, device string, channels []string) string {
	return j.groupOf[device] + "(" + strings.Join(channels, ",") + ")"
}

// maxMembers bounds a group, which is one snapshot, written whole whenever it is due: 10,000 devices of a partition are half a
// megabyte. A member that was forgotten and comes back is taken for new, so a repeat may count twice.
const maxMembers = 10_000

// member finds or makes a member.
func (g *group) member(device string) *member {
	m := g.members[device]
	if m == nil {
		if len(g.members) >= maxMembers {
			g.forgetMembers()
		}
		m = new(member)
		g.members[cloned(device)] = m
	}
	return m
}

// state is room for one of the alerts of m.
func (m *member) state(i, of int) *alerts.State {
	if m.states == nil {
		m.states = make([]alerts.State, of)
	}
	return &m.states[i]
}

func (m *member) idle(i int) bool { return m.states == nil || m.states[i].Phase == alerts.Idle }

// settle gives back the states of a member whose alerts are all healthy.
func (m *member) settle() {
	for i := range m.states {
		if !m.states[i].Healthy() {
			return
		}
	}
	m.states = nil
}

// holding says whether an alert of the member is open.
func (m *member) holding() bool {
	for i := range m.states {
		if m.states[i].Phase == alerts.Open {
			return true
		}
	}
	return false
}

// sample is the vector of r, false when a channel has no number that may be compared.
func (g *group) sample(r *record.Record, dst []float64) (detectors.Sample, bool) {
	dst = dst[:0]
	for _, name := range g.channels {
		i := slices.IndexFunc(r.Channels, func(c record.Channel) bool { return c.Name == name })
		if i < 0 || !r.Channels[i].Teachable() {
			return detectors.Sample{}, false
		}
		dst = append(dst, r.Channels[i].Value)
	}
	return detectors.Sample{At: r.Time, Values: dst}, true
}

type groupState struct {
	*group
	j *Judging
}

func (g groupState) appendState(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(g.channels)))
	for _, c := range g.channels {
		b = appendString(b, c)
	}
	b = g.appendFormer(g.panel.append(b, g.j.Plan.Group), g.j.Plan.Group)
	b = binary.AppendUvarint(b, uint64(len(g.recurrences)))
	for i := range g.recurrences {
		b = g.recurrences[i].append(appendString(b, g.j.Plan.Group[i].Name))
	}
	b = binary.AppendUvarint(b, uint64(len(g.members)))
	for _, device := range slices.Sorted(maps.Keys(g.members)) {
		m := g.members[device]
		b = appendString(b, device)
		b = binary.AppendVarint(b, m.newest)
		b = binary.AppendUvarint(b, uint64(m.leaps))
		b = binary.AppendUvarint(b, uint64(len(m.states)))
		for i := range m.states {
			b = appendString(b, g.j.Plan.Group[i].Name)
			b = appendBytes(b, appendAlert(nil, &m.states[i]))
		}
		b = binary.AppendUvarint(m.accepted.append(appendStanding(b, m.standing), g.j.Plan.Group), uint64(m.high))
	}
	return b
}

func readGroup(r *reader, j *Judging, name string) *group {
	channels := make([]string, r.count(1))
	for i := range channels {
		channels[i] = r.string()
	}
	g := newGroup(j, name, channels)
	g.panel.read(r, j, j.Plan.Group)
	g.readFormer(r, j.Plan.Group)
	stored, same := r.count(2), true // the same detectors in the same order
	for at := range stored {
		i := indexOf(j.Plan.Group, r.string())
		same = same && i == at
		var read Recurrence
		read.read(r)
		if i < 0 || r.err != nil {
			continue
		}
		if !g.heard[i] || !asks(g.dets[i], j.FalseAlarms) {
			read.forgetAsked()
		}
		read.Again(g.dets[i])
		g.recurrences[i] = read
	}
	for range r.count(4) {
		m := g.member(r.string())
		m.newest, m.leaps = r.varint(), int(r.uvarint())
		for range r.count(2) {
			detector, blob := r.string(), r.bytes()
			i := indexOf(j.Plan.Group, detector)
			if i < 0 || r.err != nil {
				continue
			}
			if err := m.state(i, len(g.dets)).UnmarshalBinary(blob); err != nil {
				r.fail(err)
			}
		}
		m.settle()
		m.standing = readStanding(r)
		m.accepted = readAcceptance(r, j.Plan.Group)
		if high := r.uvarint(); same && high <= math.MaxUint32 {
			m.high = uint32(high)
		}
	}
	return g
}
