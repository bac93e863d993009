package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"
)

// simScenario is a fixed piece of input with the truth about it.
type simScenario struct {
	History    []simMessage // clean, so that baselines are warm; sorted by event time
	Live       []simMessage // what the scenario is about; sorted by event time, all later than History
	Injections []injection
	Samples    []reportSample // the telemetry samples of Live that are numbered, in the order of their numbers
}

// The original's demonstration: fifty samples at three facilities.
const (
	originalSamples = 50
	// Clean samples a device beforehand. The slowest baseline to warm is the isolation forest's, which learns 256
	// vectors and then ranks 999 scores (one in a thousand), of one device if each has a partition to itself.
	originalHistory = 1400
	originalEvery   = 2 * time.Minute
)

// originalFaults are its four troubles, five injections, by sample number from 1. Each facility's samples are
// numbered in a row (1 to 17, 18 to 34, 35 to 50) and measured side by side, so that a trouble that lasts stays with
// one device.
var originalFaults = [...]struct {
	name     string
	channels []int
	from, to int
}{
	{"error_code", []int{chPH}, 13, 13},
	{"drift", []int{chPH}, 19, 23},
	{"error_code", []int{chOxygen}, 24, 24},
	{"cold_store", []int{chTemperature}, 36, 37},
	{"contamination", []int{chTurbidity, chOxygen}, 43, 46},
}

// originalScenario is the original's demonstration: start is the time of the first of the fifty samples, which clean
// history precedes by two days. leaveOut names troubles that are not injected: error_code, drift, cold_store,
// contamination. All other values stay what they are.
func originalScenario(start time.Time, seed uint64, leaveOut ...string) simScenario {
	clean := rand.New(rand.NewPCG(seed, 2))
	spoiled := rand.New(rand.NewPCG(seed, 3))
	run := runName(seed, start)
	var devices [facilities]*simDevice
	for i := range devices {
		id := "monitor-" + facilityName(i)
		devices[i] = &simDevice{id: id, key: []byte(id), facility: facilityName(i)}
	}
	var s simScenario
	for _, fault := range originalFaults {
		in := injection{Name: fault.name, Kind: fault.name}
		for _, c := range fault.channels {
			in.Series = append(in.Series, simChannels[c].name)
		}
		s.Injections = append(s.Injections, in)
	}
	rounds := (originalSamples + facilities - 1) / facilities
	for round := -originalHistory; round < rounds; round++ {
		for i, d := range devices {
			number := 0
			if round >= 0 {
				if number = i*rounds + round + 1; number > originalSamples {
					continue
				}
			}
			at := start.Add(time.Duration(round)*originalEvery + time.Duration(i)*originalEvery/facilities)
			r := simReading{stream: simTelemetry, device: d, at: at.Truncate(time.Millisecond).UnixNano(),
				n: uint64((originalHistory+round)*facilities + i)}
			for c := range simChannels {
				r.channel[c] = simChannels[c].healthy(clean)
			}
			if number == 0 {
				s.History = append(s.History, r.send(run+"h"))
				continue
			}
			r.n = uint64(number)
			sample := injectOriginal(&r, number, run, s.Injections, leaveOut, spoiled)
			s.Live = append(s.Live, r.send(run))
			s.Samples = append(s.Samples, sample)
		}
	}
	s.Injections = slices.DeleteFunc(s.Injections, func(in injection) bool { return in.Count == 0 })
	sort.Slice(s.Samples, func(i, j int) bool { return s.Samples[i].Number < s.Samples[j].Number })
	return s
}

// injectOriginal spoils sample number as the original did, and returns it for the report. What was drawn for a
// trouble is drawn whether it is left out or not.
func injectOriginal(r *simReading, number int, run string, truth []injection, leaveOut []string, rng *rand.Rand) reportSample {
	for i, fault := range originalFaults {
		if number < fault.from || number > fault.to {
			continue
		}
		spoiled := r.channel
		switch fault.name {
		case "error_code":
			spoiled[fault.channels[0]] = errorCode
		case "drift":
			spoiled[chPH] += 0.8
		case "cold_store":
			spoiled[chTemperature] = [...]float64{85, 82.5}[number-fault.from]
		case "contamination":
			spoiled[chTurbidity] = 15 + 10*rng.Float64()
			spoiled[chOxygen] = -3
		}
		if slices.Contains(leaveOut, fault.name) {
			continue
		}
		r.channel = spoiled
		in := &truth[i]
		if in.Count == 0 {
			in.Device, in.From, in.First = r.device.id, r.at, string(r.id(nil, 'S', run))
		}
		in.To = r.at
		in.Count++
	}
	for c := range r.channel { // as it is sent
		scale := math.Pow10(simChannels[c].decimals)
		r.channel[c] = math.Round(r.channel[c]*scale) / scale
	}
	return reportSample{Number: number, ID: string(r.id(nil, 'S', run)), Device: r.device.id,
		Facility: r.device.facility, Batch: string(r.batch(nil)), Time: r.at, Channels: r.channel, Score: math.NaN()}
}

// send encodes one reading of a scenario into bytes of its own.
func (r *simReading) send(run string) simMessage {
	return simMessage{Stream: r.stream, Key: r.device.key, Value: r.encode(nil, run, false), Time: r.at}
}
