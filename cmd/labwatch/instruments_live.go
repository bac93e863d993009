package main

import (
	"math/rand/v2"
	"slices"
	"sort"
	"time"
)

// The small live fleet of the demo.
const (
	liveDevices = 3
	liveHistory = 640 // clean results a test and device beforehand
	liveHealthy = 40  // and as many more, live, before the drift begins
	liveDrifted = 160 // results of each test after it began
	liveEvery   = 10 * time.Second
	liveDrifter = "analyser-03"
	liveShift   = 10.0 // mg/dL
)

// liveTests are results of a control-like material, so that their spread is the analyser's and not the patients':
// coefficients of variation of 1 to 4 %. Glucose moves from 95 to 105 mg/dL as in the original's example, whose z of
// 3.2 asks for an SD of 3.125 mg/dL.
var liveTests = [...]struct {
	code     string
	mean, sd float64
}{{"GLU", 95, 3.125}, {"CREAT", 1, 0.04}, {"NA", 140, 1.4}}

// liveFleet is three analysers of one facility each, one of which drifts: analyser-03 reads glucose 10 mg/dL high
// after 680 clean results. start is the time of the first live result; the history ends before it. leaveOut may name
// analyser_drift. All other values stay what they are.
func liveFleet(start time.Time, seed uint64, leaveOut ...string) simScenario {
	rng := rand.New(rand.NewPCG(seed, 4))
	run := runName(seed, start)
	drifts := !slices.Contains(leaveOut, "analyser_drift")
	drift := injection{Name: "analyser_drift", Kind: "drift", Device: liveDrifter, Series: []string{"2345-7"}}
	var devices [liveDevices]*simDevice
	for i := range devices {
		devices[i] = newAnalyser(i, 2, rng, start)
	}
	var s simScenario
	n := uint64(0)
	for round := -liveHistory; round < liveHealthy+liveDrifted; round++ {
		for i, d := range devices {
			at := start.Add(time.Duration(round)*liveEvery + time.Duration(i)*liveEvery/liveDevices)
			for j, test := range liveTests {
				r := simReading{stream: simResults, device: d, n: n, after: 90 * time.Second,
					at: at.Add(time.Duration(j) * 100 * time.Millisecond).Truncate(time.Millisecond).UnixNano()}
				r.analyte = findAnalyte(test.code)
				r.code, r.unit = r.analyte.code, r.analyte.unit
				r.value = test.mean + test.sd*rng.NormFloat64()
				if drifts && d.id == liveDrifter && test.code == "GLU" && round >= liveHealthy {
					r.value += liveShift
					if drift.Count == 0 {
						drift.From, drift.First = r.at, string(r.id(nil, 'R', run))
					}
					drift.To = r.at
					drift.Count++
				}
				n++
				s.add(round, r.send(run))
			}
			n = s.addUpkeep(round, d, at, n, rng, run)
		}
	}
	if drifts {
		s.Injections = append(s.Injections, drift)
	}
	return s
}

// addUpkeep adds what an analyser sends beside results: an entry in its log every 50 rounds, controls every 20. The
// controls do not drift: they ran before the trouble, as they do in laboratories that run them once a shift.
func (s *simScenario) addUpkeep(round int, d *simDevice, at time.Time, n uint64, rng *rand.Rand, run string) uint64 {
	r := simReading{device: d, at: at.Add(500 * time.Millisecond).Truncate(time.Millisecond).UnixNano(), n: n}
	if round%50 == 0 {
		r.stream, r.event, r.message = simLogs, "INFO", "self test passed"
		s.add(round, r.send(run))
		r.n++
	}
	if round%20 == 0 && round < liveHealthy {
		r.stream = simQC
		for _, test := range liveTests {
			r.analyte, r.code = findAnalyte(test.code), test.code
			for r.level = 1; r.level <= 2; r.level++ {
				r.value = r.analyte.qc[r.level-1] * (1 + qcCV*within(2.5, rng))
				s.add(round, r.send(run))
				r.n++
			}
		}
	}
	return r.n
}

// within draws a standard normal value no farther than limit from 0: controls of a clean history all passed.
func within(limit float64, rng *rand.Rand) float64 {
	for {
		if z := rng.NormFloat64(); z > -limit && z < limit {
			return z
		}
	}
}

func (s *simScenario) add(round int, m simMessage) {
	if round < 0 {
		s.History = append(s.History, m)
	} else {
		s.Live = append(s.Live, m)
	}
}

// together merges scenarios into one, by event time.
func together(scenarios ...simScenario) simScenario {
	var all simScenario
	for _, s := range scenarios {
		all.History = append(all.History, s.History...)
		all.Live = append(all.Live, s.Live...)
		all.Injections = append(all.Injections, s.Injections...)
		all.Samples = append(all.Samples, s.Samples...)
	}
	for _, messages := range [][]simMessage{all.History, all.Live} {
		sort.SliceStable(messages, func(i, j int) bool { return messages[i].Time < messages[j].Time })
	}
	return all
}
