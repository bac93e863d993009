package main

import (
	"fmt"
	"math/rand/v2"

	"labwatch/config"
	"labwatch/detectors"
	"labwatch/stream"
)

// memoryNeed is what a fleet takes, in bytes.
type memoryNeed struct {
	Devices  int   `json:"devices"`
	Analytes int   `json:"analytes"`        // numbers of each device that have a baseline
	Series   int64 `json:"bytes_a_series"`  // once it has its reference, and a former one
	Former   int64 `json:"bytes_a_former"`  // of it: the former baseline, for a roll back
	Forest   int64 `json:"bytes_a_forest"`  // of a group whose vectors have that many channels, with a former one
	Device   int64 `json:"bytes_a_device"`  // without its series
	Live     int64 `json:"bytes_of_fleet"`  // all devices, over all instances
	Resident int64 `json:"bytes_resident"`  // of one process that holds them all
	Store    int64 `json:"bytes_of_caches"` // of it: Badger's tables and what is fetched ahead
}

// Sizes that no detector knows of.
const (
	seriesBytes   = 1100     // names, times, the patients that were counted
	formerBytes   = 130      // of a former baseline beside its values
	deviceBytes   = 2000     // names, maps, what readers see
	rememberBytes = 16       // a remembered reading
	cardBytes     = 300      // what stays in memory of a device
	processBytes  = 40 << 20 // the program, its libraries and tables

	forestVectors  = 4100 // twice the window of iforest
	forestChannels = 20   // more of a device are vectors of many kinds
)

// estimateMemory makes the detectors of one series as the config has them, teaches them until their windows are full,
// and asks how much they hold. Of the kinds of readings it takes the one whose detectors hold most.
func estimateMemory(cfg *config.Config, devices, analytes int) memoryNeed {
	m := memoryNeed{Devices: devices, Analytes: analytes}
	for _, named := range cfg.Plan().Series {
		if all, former := bytesOf(cfg.Detectors.Baseline, named); all > m.Series {
			m.Series, m.Former = all, former
		}
	}
	m.Forest = forestBytes(cfg.Plan().Group, min(analytes, forestChannels))
	m.Device = deviceBytes + 2*rememberBytes*int64(cfg.Judge.Remember) // results and controls
	m.Live = int64(devices) * (m.Device + int64(min(analytes, cfg.Judge.MostSeries(cfg.Detectors.Baseline)))*m.Series)
	m.Store = int64(cfg.State.MemoryMB)<<20 + 2*int64(cfg.Kafka.Partitions)*int64(cfg.Kafka.FetchBytes)
	// The garbage collector lets the heap grow to twice what lives. What does not fit is left on disk but for its card.
	m.Resident = min(2*m.Live, int64(cfg.Judge.MemoryMB)<<20+2*cardBytes*int64(devices)) + m.Store + processBytes
	return m
}

func bytesOf(c detectors.BaselineConfig, named []stream.Named) (all, former int64) {
	base := detectors.NewBaseline(c)
	var dets []detectors.Detector
	for i, n := range named {
		dets = append(dets, n.Make(detectors.Env{Rand: rand.NewPCG(1, uint64(i)), Baseline: base}))
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 3 * c.Size {
		s := detectors.Sample{At: int64(i+1) * 60e9, Values: []float64{100 + rng.NormFloat64()}}
		for _, d := range dets {
			d.Score(s)
		}
		base.Learn(s)
		for _, d := range dets {
			d.Learn(s)
		}
	}
	former = int64(formerBytes + len(base.Former()))
	all = int64(seriesBytes+base.Bytes()+detectors.RarityBytes*len(dets)) + former
	for _, d := range dets {
		if sized, ok := d.(detectors.Sized); ok {
			all += int64(sized.Bytes())
		}
	}
	return all, former
}

// forestBytes teaches the detectors of a group vectors until their windows are full. What was known before the last
// acceptance is kept as it is stored. A group holds devices of the same channels, so a fleet has few of them.
func forestBytes(named []stream.Named, channels int) (all int64) {
	rng := rand.New(rand.NewPCG(1, 3))
	for i, n := range named {
		d := n.Make(detectors.Env{Rand: rand.NewPCG(2, uint64(i))})
		for at := range forestVectors {
			s := detectors.Sample{At: int64(at+1) * 60e9, Values: make([]float64, channels)}
			for c := range s.Values {
				s.Values[c] = 100 + rng.NormFloat64()
			}
			d.Score(s)
			d.Learn(s)
		}
		if sized, ok := d.(detectors.Sized); ok {
			all += int64(sized.Bytes())
		}
		if state, err := d.MarshalBinary(); err == nil {
			all += int64(len(state))
		}
	}
	return all + detectors.RarityBytes*int64(len(named))
}

func (m memoryNeed) String() string {
	return fmt.Sprintf("%s for %d devices with %d analytes each (%.1f kB a series, %.1f kB of it a former baseline; %.1f kB a device; twice that for the garbage collector; %.1f MB a group's forest of so many channels), "+
		"and %s for caches and the program: %s in all. With several instances the fleet is shared out",
		megabytes(m.Live), m.Devices, m.Analytes, float64(m.Series)/1e3, float64(m.Former)/1e3, float64(m.Device)/1e3, float64(m.Forest)/1e6,
		megabytes(m.Store+processBytes), megabytes(m.Resident))
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }
