package main

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
	"labwatch/stream"
)

// evalJudge judges one stream as the daemon judges the telemetry of one device that is a group of its own: a panel
// for each channel, and one for the vector of all.
type evalJudge struct {
	plan     stream.Plan
	series   []stream.Named // the detectors of a channel
	policies map[string]alerts.DetectorPolicy
	channels []evalPanel
	vector   evalPanel
	stands   []bool // which of names have a say in the one score
	learnAll bool   // even what is in breach
	rare     bool   // bring the scores of each detector to 0 to 1, not only those of the one score
	judging  stream.Config
	sample   [1]float64

	vectorShares int // of the device's false alarms
}

// evalPanel is the detectors of one channel, with their baseline, or of the vector, without one.
type evalPanel struct {
	baseline *detectors.Baseline
	dets     []detectors.Detector
	states   []alerts.State
	usual    []detectors.Rarity // of the scores of each detector
	stands   []bool             // whether it has a say in the one score
	shares   stream.Shares      // of the device's false alarms
	pace     stream.Pace
	waiting  stream.Waiting

	recurrences []stream.Recurrence // of the vector's scores
	high        []bool              // whether the newest of them are
	last        int64               // time of the newest vector; 0: there is none
}

func (b *evalBench) judge(set *evalSet) *evalJudge {
	j := &evalJudge{learnAll: b.learnAll, rare: b.rare, judging: b.cfg.Judge, plan: b.cfg.Plan(), policies: map[string]alerts.DetectorPolicy{}}
	j.series = j.plan.Series[record.Telemetry]
	panel := func(named []stream.Named, series string, base *detectors.Baseline) evalPanel {
		p := evalPanel{baseline: base, states: make([]alerts.State, len(named))}
		for _, n := range named {
			j.policies[n.Name] = b.cfg.Alerts.Detector(n.Name)
			p.usual = append(p.usual, detectors.NewRarity())
			p.dets = append(p.dets, n.Make(detectors.Env{Rand: b.generator(set.name, series, n.Name), Baseline: base}))
		}
		p.stands = detectors.Stands(p.dets)
		return p
	}
	for _, c := range set.channels {
		base := detectors.NewBaseline(b.cfg.Detectors.Baseline)
		base.Stagger(evalHash(set.name, c))
		p := panel(j.series, c, base)
		p.shares = stream.SharesOf(p.dets, j.series, record.Telemetry, j.policies)
		j.channels = append(j.channels, p)
	}
	j.vector = panel(j.plan.Group, "", nil)
	j.vector.recurrences, j.vector.high = make([]stream.Recurrence, len(j.plan.Group)), make([]bool, len(j.plan.Group))
	j.vectorShares = stream.VectorShares(j.vector.dets, j.plan.Group, j.policies)
	j.stands = append(detectors.Stands(j.channels[0].dets), j.vector.stands...)
	return j
}

// evalNovelty is the detector that has no limit: its row is ranked by how rare its scores are.
const evalNovelty = "novelty"

// generator is seeded from (seed, set, series, detector), as the daemon's are.
func (b *evalBench) generator(names ...string) *rand.PCG {
	return rand.NewPCG(b.seed, evalHash(names...))
}

func evalHash(names ...string) uint64 {
	h := fnv.New64a()
	for _, n := range names {
		h.Write([]byte(n))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// names are the rows that judge fills, in order.
func (j *evalJudge) names() (names []string) {
	for _, n := range j.series {
		names = append(names, n.Name)
	}
	for _, n := range j.plan.Group {
		names = append(names, n.Name)
	}
	return append(names, evalCombined)
}

// judge scores a record, decides, and learns it. dst has a place for each of names.
func (j *evalJudge) judge(at int64, values []float64, dst []evalVerdict) {
	for i := range dst {
		dst[i] = evalVerdict{score: math.NaN(), ratio: math.NaN()}
	}
	whole := true
	for c, v := range values {
		if math.IsNaN(v) {
			whole = false
			continue
		}
		j.sample[0] = v
		j.judgeSeries(&j.channels[c], detectors.Sample{At: at, Values: j.sample[:]}, dst)
	}
	if whole {
		// A group takes for suspect what breaks a plain rule, and there are none here.
		sample := detectors.Sample{At: at, Values: values}
		vector := dst[len(j.series) : len(dst)-1]
		j.budgetOfVector(at)
		breach := j.ask(&j.vector, j.plan.Group, sample, vector)
		for i, d := range j.vector.dets {
			if v := vector[i]; !math.IsNaN(v.score) {
				j.vector.high[i] = j.vector.recurrences[i].Hear(d, v.score, j.vector.high[i]) && !breach
			}
		}
		for _, d := range j.vector.dets {
			d.Learn(sample)
		}
	}
	all := &dst[len(dst)-1]
	for i, v := range dst[:len(dst)-1] {
		switch {
		case i >= len(j.series) || math.IsNaN(v.score):
		case j.series[i].Name == evalNovelty:
			dst[i].score = float64(v.standing.Score)
		default:
			dst[i].score = v.ratio
		}
		all.ratio = greater(all.ratio, v.ratio)
		if j.stands[i] {
			all.standing = all.standing.Worst(v.standing)
		}
		all.opened += v.opened
	}
	all.score = all.ratio
}

func (j *evalJudge) judgeSeries(p *evalPanel, sample detectors.Sample, dst []evalVerdict) {
	j.budget(p, sample.At)
	breach := j.ask(p, j.series, sample, dst)
	open := p.open()
	if p.waiting.Outlasted(j.judging.AcceptAfter, stream.Lasting(j.series, p.states, j.policies), sample.At) {
		clear(p.states)
		p.baseline.Reset(sample.At)
		open = false
	}
	sample.Suspect = (breach || open) && !j.learnAll
	p.baseline.Learn(sample)
	for _, d := range p.dets {
		d.Learn(sample)
	}
}

// open says whether an alert of the panel is open.
func (p *evalPanel) open() bool {
	for i := range p.states {
		if p.states[i].Phase == alerts.Open {
			return true
		}
	}
	return false
}

// budget asks the detectors of a series for their share of the device's false alarms.
func (j *evalJudge) budget(p *evalPanel, at int64) {
	if !p.pace.Note(at) {
		return
	}
	if arl0, changed := p.pace.Ask(j.shares(), j.judging.FalseAlarms); changed {
		p.shares.Ask(arl0)
	}
}

// shares is how many detectors share the device's false alarms.
func (j *evalJudge) shares() int { return len(j.channels[0].shares)*len(j.channels) + j.vectorShares }

// budgetOfVector asks those of the vector.
func (j *evalJudge) budgetOfVector(at int64) {
	if before := j.vector.last; before != 0 {
		for i, d := range j.vector.dets {
			row := j.policies[j.plan.Group[i].Name].Policy.OpenAfter
			j.vector.recurrences[i].Budget(d, at-before, j.shares(), row, j.judging.FalseAlarms)
		}
	}
	j.vector.last = at
}

// ask scores a sample with every detector of a panel and steps their alerts. It says whether one is in breach.
func (j *evalJudge) ask(p *evalPanel, named []stream.Named, sample detectors.Sample, dst []evalVerdict) (breach bool) {
	for i, d := range p.dets {
		score, ready := d.Score(sample)
		limits := detectors.Limits{Warning: math.Inf(1), Critical: math.Inf(1)}
		if l, ok := d.(detectors.Limited); ok {
			limits = l.Limits()
		}
		if ready {
			dst[i].score = score
			dst[i].ratio = greater(dst[i].ratio, score/limits.Warning)
			if j.rare || p.stands[i] {
				var now detectors.Standing
				now.Hear(d, &p.usual[i], score, sample)
				dst[i].standing = dst[i].standing.Worst(now)
			}
			breach = breach || score >= limits.Warning
		}
		if p.states[i].Phase == alerts.Idle && !(ready && score >= limits.Warning) {
			continue // most records: a step would change nothing
		}
		o := alerts.Observation{At: sample.At, Ready: ready, Score: score, Warning: limits.Warning, Critical: limits.Critical}
		policy := j.policies[named[i].Name].Policy
		if p.recurrences != nil {
			policy = p.recurrences[i].Row(policy)
		}
		next, change := policy.Step(p.states[i], o)
		p.states[i] = next
		if change == alerts.Opened {
			dst[i].opened++
			if p.baseline != nil {
				p.baseline.Discard()
			}
		}
	}
	return breach
}
