package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// simStream is one of the four streams that a simulated instrument speaks on.
type simStream uint8

// The streams, in the order in which they are counted and printed.
const (
	simResults simStream = iota
	simQC
	simLogs
	simTelemetry
	simStreams // how many there are
)

// String is the word that the fused way writes into "kind", and that counts are printed under.
func (s simStream) String() string {
	return [...]string{"result", "qc", "log", "telemetry"}[s]
}

// simMessage is what an instrument sends: the key is the device, the value one JSON object.
type simMessage struct {
	Stream simStream
	Key    []byte
	Value  []byte
	Time   int64 // event time, nanoseconds since 1970 UTC, in whole milliseconds as the JSON says it
}

// fleetConfig says how a simulated fleet is made.
type fleetConfig struct {
	Devices int       // from 1; a fifth of them, if there are two or more, are monitors that send telemetry
	Rate    int       // messages per second of event time
	Seed    uint64    // the same seed and start give the same bytes
	Start   time.Time // event time of the first message
	Clean   bool      // no text traps: every value a plain number, every unit and timestamp spelled well
	Fused   bool      // every message names its kind, for one topic that holds all of them
	Faults  []simFault
}

// fleet makes the messages of many devices, one after another in event time. It reads no clock.
type fleet struct {
	cfg      fleetConfig
	rng      *rand.Rand
	source   *rand.PCG
	run      string
	analyser []*simDevice
	monitor  []*simDevice
	n        uint64 // messages drawn so far, silenced ones too
	start    int64
	again    *simMessage // a duplicate that waits to be sent
}

// newFleet builds the devices and hangs the faults on them. The error names every fault that fits no device.
func newFleet(cfg fleetConfig) (*fleet, error) {
	if cfg.Devices < 1 || cfg.Rate < 1 {
		return nil, fmt.Errorf("make fleet: devices %d and rate %d must be 1 or more", cfg.Devices, cfg.Rate)
	}
	source := rand.NewPCG(cfg.Seed, 1)
	f := &fleet{cfg: cfg, source: source, rng: rand.New(source), start: cfg.Start.UnixNano()}
	f.run = runName(cfg.Seed, cfg.Start)

	monitors := 0
	if cfg.Devices > 1 {
		monitors = max(1, cfg.Devices/5)
	}
	width := max(2, len(strconv.Itoa(cfg.Devices)))
	for i := range cfg.Devices - monitors {
		f.analyser = append(f.analyser, newAnalyser(i, width, f.rng, cfg.Start))
	}
	for i := range monitors {
		f.monitor = append(f.monitor, newMonitor(i, width, cfg.Start))
	}
	var errs []error
	for i := range cfg.Faults {
		fault := cfg.Faults[i] // a copy: what a run records must not leak into the next
		if err := f.attach(&fault, i); err != nil {
			errs = append(errs, err)
		}
	}
	return f, errors.Join(errs...)
}

// runName is the part of every id that tells runs apart.
func runName(seed uint64, start time.Time) string {
	return strconv.FormatUint(seed, 36) + "-" + strconv.FormatInt(start.UnixMilli(), 36)
}

// attach hangs a fault on its device. Faults have generators of their own: the clean values of a run do not
// depend on which faults it has.
func (f *fleet) attach(fault *simFault, index int) error {
	for _, d := range append(append([]*simDevice(nil), f.analyser...), f.monitor...) {
		if d.id != fault.Device {
			continue
		}
		if !d.measures(fault.Test) {
			return fmt.Errorf("fault %q: device %s does not measure %s; it measures %s",
				fault.Text, d.id, fault.Test, d.tests())
		}
		fault.rng = rand.New(rand.NewPCG(f.cfg.Seed, 1000+uint64(index)))
		fault.begin = f.start + int64(fault.At)
		d.faults = append(d.faults, fault)
		return nil
	}
	there := fromTo(f.analyser)
	if len(f.monitor) > 0 {
		there += " and " + fromTo(f.monitor)
	}
	return fmt.Errorf("fault %q: no device %s in the fleet; there are %s", fault.Text, fault.Device, there)
}

// fromTo names devices that are numbered: their names have as many digits as the fleet needs, which is easily missed.
func fromTo(devices []*simDevice) string { return devices[0].id + " to " + devices[len(devices)-1].id }

// next appends the next message's value to buf and returns the message, which points into it.
func (f *fleet) next(buf []byte) (simMessage, []byte) {
	if m := f.again; m != nil {
		f.again = nil
		return *m, buf
	}
	for {
		r := f.draw()
		f.n++
		sent, twice := r.spoil(f.run)
		if !sent {
			continue
		}
		from := len(buf)
		buf = r.encode(buf, f.run, f.cfg.Fused)
		m := simMessage{Stream: r.stream, Key: r.device.key, Value: buf[from:len(buf):len(buf)], Time: r.at}
		if twice {
			f.again = &m
		}
		return m, buf
	}
}

// due is the event time of message n, in whole milliseconds, without the overflow of n*1e9.
func (f *fleet) due(n uint64) int64 {
	rate := uint64(f.cfg.Rate)
	at := f.start + int64(n/rate)*int64(time.Second) + int64(n%rate*uint64(time.Second)/rate)
	return at - at%int64(time.Millisecond)
}

// injections is what the faults did so far, for a report to match alerts with.
func (f *fleet) injections() []injection {
	var out []injection
	for _, devices := range [][]*simDevice{f.analyser, f.monitor} {
		for _, d := range devices {
			for _, fault := range d.faults {
				if fault.count > 0 {
					out = append(out, fault.injection())
				}
			}
		}
	}
	return out
}
