package stream

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// panel is the detectors of one series or one group, what their alerts stand at, and which of their scores are usual.
type panel struct {
	dets   []detectors.Detector
	states []alerts.State // nil while there is nothing to remember of any
	usual  []detectors.Rarity
	heard  []bool // of those that may raise alerts of such readings; only they count in the one score
}

func newPanel(j *Judging, kind record.Kind, named []Named, owner, series string, base *detectors.Baseline) panel {
	var p panel
	for _, n := range named {
		policy := j.policies[n.Name]
		p.dets = append(p.dets, n.Make(detectors.Env{Rand: j.rng(owner, series, n.Name), Baseline: base}))
		p.usual, p.heard = append(p.usual, detectors.NewRarity()), append(p.heard, policy.Alerts(kind))
	}
	for i, stands := range detectors.Stands(p.dets) {
		p.heard[i] = p.heard[i] && stands
	}
	return p
}

// series is one device's readings of one analyte, control or channel.
type series struct {
	name     string
	kind     record.Kind
	baseline *detectors.Baseline
	panel
	seen  int64 // greatest event time, to forget the oldest series of a device that has too many
	votes votes
	pace  Pace
	// waiting is how long its alerts have been open.
	waiting Waiting
	// promises are the detectors that share the alarm budget.
	promises Shares
	former   *former            // what was normal before; nil: nothing
	standing detectors.Standing // of the newest reading that counted
	unit     string             // of the newest reading, for alerts that speak without one
	test     record.Test
}

func newSeries(j *Judging, kind record.Kind, device, name string) *series {
	s := &series{name: name, kind: kind, baseline: j.baseline(device, name)}
	s.panel = newPanel(j, kind, j.Plan.Series[kind], device, name, s.baseline)
	s.promises = SharesOf(s.dets, j.Plan.Series[kind], kind, j.policies)
	return s
}

// opinion is what one detector said of a sample.
type opinion struct {
	score  float64
	ready  bool
	limits detectors.Limits
}

// ask scores sample with every detector, in the plan's order, and learns nothing.
// With timed it also measures how long each of them takes.
func (p *panel) ask(j *Judging, named []Named, sample detectors.Sample, timed bool, dst []opinion) []opinion {
	for i, d := range p.dets {
		var o opinion
		if timed {
			o.score, o.ready = timedScore(j.times[named[i].Name], d, sample)
		} else {
			o.score, o.ready = d.Score(sample)
		}
		o.limits = detectors.Limits{Warning: math.NaN(), Critical: math.NaN()}
		if l, ok := d.(detectors.Limited); ok {
			o.limits = l.Limits()
		}
		dst = append(dst, o)
	}
	return dst
}

// bytes is about how much memory the series takes, in bytes.
func (s *series) bytes() int {
	n := seriesBytes + len(s.name) + s.votes.bytes() + s.baseline.Bytes() + s.former.bytes() + stateBytes*len(s.states) + detectors.RarityBytes*len(s.dets)
	for _, d := range s.dets {
		if sized, ok := d.(detectors.Sized); ok {
			n += sized.Bytes()
		}
	}
	return n
}

// learn teaches the baseline and then the detectors.
func (s *series) learn(sample detectors.Sample) {
	s.baseline.Learn(sample)
	for _, d := range s.dets {
		d.Learn(sample)
	}
}

// remember keeps what alerts without a record of their own need to say about the series.
func (s *series) remember(about *subject) {
	s.seen = max(s.seen, about.at)
	if s.unit != about.unit || s.test != about.test {
		s.unit, s.test = together(about.unit, about.test)
	}
}

// together copies unit and test into one piece of memory: they are compared with every reading's.
func together(unit string, t record.Test) (string, record.Test) {
	var all strings.Builder
	all.Grow(len(unit) + len(t.Local) + len(t.LOINC) + len(t.Name))
	keep := func(s string) string {
		from := all.Len()
		all.WriteString(s)
		return all.String()[from:]
	}
	return keep(unit), record.Test{Local: keep(t.Local), LOINC: keep(t.LOINC), Name: keep(t.Name)}
}

// cloned copies a string out of a message, whose memory is not ours to keep.
func cloned(s string) string { return strings.Clone(s) }

// state is room for what the alert of a detector stands at.
func (p *panel) state(i int) *alerts.State {
	if p.states == nil {
		p.states = make([]alerts.State, len(p.dets))
	}
	return &p.states[i]
}

func (p *panel) idle(i int) bool { return p.states == nil || p.states[i].Phase == alerts.Idle }

// settle gives the states back when none of them remembers anything, as is the rule: 200 bytes each, which would have to
// be fetched from memory for every reading.
func (p *panel) settle() {
	for i := range p.states {
		if p.states[i] != (alerts.State{}) {
			return
		}
	}
	p.states = nil
}

// holding says whether an alert of this panel is open.
func (p *panel) holding() bool {
	for i := range p.states {
		if p.states[i].Phase == alerts.Open {
			return true
		}
	}
	return false
}

// append writes, for each detector, its name, its own bytes, its alert and which of its scores are usual. Names let a later config
// add, remove or reorder detectors without losing the others.
func (p *panel) append(b []byte, named []Named) []byte {
	b = binary.AppendUvarint(b, uint64(len(p.dets)))
	for i, d := range p.dets {
		b = appendString(b, named[i].Name)
		b = appendBytes(b, mustMarshal(d))
		var state alerts.State
		if p.states != nil {
			state = p.states[i]
		}
		b = appendBytes(b, appendAlert(nil, &state))
		var usual []byte
		if p.heard[i] {
			usual = p.usual[i].Append(nil)
		}
		b = appendBytes(b, usual)
	}
	return b
}

// mustMarshal marshals what cannot fail to: detectors write memory.
func mustMarshal(m interface{ MarshalBinary() ([]byte, error) }) []byte {
	b, err := m.MarshalBinary()
	if err != nil {
		panic(fmt.Sprintf("marshal %T: %v", m, err))
	}
	return b
}

// read restores a panel. A detector whose parameters have changed so that it cannot take its old bytes starts anew;
// the baseline stays.
func (p *panel) read(r *reader, j *Judging, named []Named) {
	for range r.count(4) {
		name, det, alert, usual := r.string(), r.bytes(), r.bytes(), r.bytes()
		if r.err != nil {
			return
		}
		for i := range named {
			if named[i].Name != name {
				continue
			}
			if err := p.dets[i].UnmarshalBinary(det); err != nil {
				j.Metrics.detectorRestarts.Inc()
			}
			if err := p.state(i).UnmarshalBinary(alert); err != nil {
				r.fail(fmt.Errorf("read alert of %s: %w", name, err))
				return
			}
			if err := p.usual[i].UnmarshalBinary(usual); err != nil {
				r.fail(fmt.Errorf("read usual scores of %s: %w", name, err))
				return
			}
		}
	}
	p.settle()
}

func (s *series) append(b []byte, named []Named) []byte {
	b = append(b, byte(s.kind))
	b = appendString(b, s.unit)
	b = appendString(b, s.test.Local)
	b = appendString(b, s.test.LOINC)
	b = appendString(b, s.test.Name)
	b = binary.AppendVarint(b, s.seen)
	b = s.waiting.append(s.pace.append(s.votes.append(b)))
	b = appendBytes(b, mustMarshal(s.baseline))
	return appendStanding(s.former.append(s.panel.append(b, named)), s.standing)
}

// readSeries restores one series of a device.
func readSeries(r *reader, j *Judging, device, name string) *series {
	var kind [1]byte
	if len(r.b) < 1 {
		r.fail(errShort)
		return nil
	}
	kind[0], r.b = r.b[0], r.b[1:]
	s := newSeries(j, record.Kind(kind[0]), device, name)
	s.unit, s.test = together(r.string(), record.Test{Local: r.string(), LOINC: r.string(), Name: r.string()})
	s.seen = r.varint()
	s.votes.read(r)
	s.pace.read(r)
	s.waiting.read(r)
	base := r.bytes()
	if r.err != nil {
		return nil
	}
	if err := s.baseline.UnmarshalBinary(base); err != nil {
		r.fail(fmt.Errorf("read baseline of %q: %w", name, err))
		return nil
	}
	s.panel.read(r, j, j.Plan.Series[s.kind])
	s.former = readFormer(r)
	s.standing = readStanding(r)
	if s.pace.asked > 0 && j.FalseAlarms > 0 {
		s.promises.Ask(s.pace.asked)
	}
	return s
}

func appendAlert(b []byte, s *alerts.State) []byte {
	b, _ = s.AppendBinary(b) // never fails, by its contract
	return b
}
