package stream

import (
	"encoding/binary"
	"fmt"

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
