package main

import (
	"math"
	"strconv"
)

// glucoseFactor is mg/dL in one mmol/L of glucose: molar mass 180.156 g/mol over ten.
const glucoseFactor = 18.0156

// spoil lets the faults of the reading's device act on it. It returns whether the reading is sent at all, and
// whether it is sent twice.
func (r *simReading) spoil(run string) (sent, twice bool) {
	sent = true
	for _, f := range r.device.faults {
		if r.at < f.begin || (f.For > 0 && r.at >= f.begin+int64(f.For)) {
			continue
		}
		hit := false
		switch f.Kind {
		case "silent":
			hit, sent = true, false
		case "duplicate":
			hit = f.rng.Float64() < f.Share
			twice = twice || hit
		case "cold_store", "contamination":
			hit = r.stream == simTelemetry && f.spoilStore(&r.channel)
		default:
			hit = f.spoilValue(r)
		}
		if hit {
			f.note(r, run)
		}
	}
	return sent, twice
}

// spoilStore is a store that fails: the original's two telemetry faults.
func (f *simFault) spoilStore(channel *[len(simChannels)]float64) bool {
	if f.Kind == "cold_store" {
		channel[chTemperature] = f.Value + simChannels[chTemperature].sd*f.rng.NormFloat64()
		return true
	}
	channel[chTurbidity] = 15 + 10*f.rng.Float64()
	channel[chOxygen] = -3
	return true
}

// spoilValue is a fault of one test or channel.
func (f *simFault) spoilValue(r *simReading) bool {
	if r.stream == simTelemetry {
		i := channelIndex(f.Test)
		if i < 0 {
			return false
		}
		c := &simChannels[i]
		return f.change(&r.channel[i], c.mean, c.sd, r)
	}
	if r.analyte == nil || r.analyte.code != f.Test || r.code != f.Test {
		return false
	}
	if r.text != "" && f.Kind != "stuck" && f.Kind != "error_code" {
		return false // a bound or a word: there is no number to move
	}
	mean, sd := r.analyte.mean, r.analyte.sd
	if r.stream == simQC {
		if f.Kind != "drift" && f.Kind != "bias" && f.Kind != "noise" {
			return false
		}
		// A shift hits a control of another level in proportion.
		mean = r.analyte.qc[r.level-1]
		if f.Kind == "noise" {
			sd = qcCV * mean
		} else {
			sd *= mean / r.analyte.mean
		}
	}
	return f.change(&r.value, mean, sd, r)
}

// change spoils one number in place. mean and sd are those of the healthy test.
func (f *simFault) change(v *float64, mean, sd float64, r *simReading) bool {
	switch f.Kind {
	case "drift", "bias":
		by := f.Shift.by
		switch f.Shift.unit {
		case "sd":
			by *= sd
		case "%":
			by *= *v / 100
		}
		if f.Ramp > 0 {
			by *= math.Min(1, float64(r.at-f.begin)/float64(f.Ramp))
		}
		*v += by
		return by != 0
	case "stuck":
		if !f.holds {
			f.stuck, f.holds = *v, true
		}
		*v = f.stuck
		r.text = ""
	case "noise":
		*v = mean + (*v-mean)*f.Factor
		if lowest := lowestOf(r); *v < lowest {
			*v = lowest
		}
	case "error_code":
		if f.rng.Float64() >= f.Share {
			return false
		}
		*v = f.Value
		r.text = ""
		if r.stream == simResults {
			r.text = formatNumber(f.Value)
		}
	case "unit_swap":
		if r.analyte.unit == "mg/dL" {
			*v /= glucoseFactor
			r.text = strconv.FormatFloat(*v, 'f', 1, 64)
		}
		r.unit = "mg/dL"
	}
	return true
}

// lowestOf keeps noise from making a negative concentration, which no analyser sends.
func lowestOf(r *simReading) float64 {
	if r.analyte != nil {
		return r.analyte.low
	}
	return 0
}

// note records that the fault hit a reading.
func (f *simFault) note(r *simReading, run string) {
	if f.count == 0 {
		f.first = string(r.id(nil, "RQLS"[r.stream], run))
		f.from = r.at
		f.series = f.names()
	}
	f.to = r.at
	f.count++
}

// names is what labwatch calls what the fault hit.
func (f *simFault) names() []string {
	switch f.Kind {
	case "silent", "duplicate":
		return nil
	case "contamination":
		return []string{simChannels[chTurbidity].name, simChannels[chOxygen].name}
	}
	if a := findAnalyte(f.Test); a != nil {
		return []string{a.loinc}
	}
	return []string{f.Test}
}

func (f *simFault) injection() injection {
	return injection{Name: f.Text, Kind: f.Kind, Device: f.Device, Series: f.series,
		From: f.from, To: f.to, First: f.first, Count: f.count}
}
