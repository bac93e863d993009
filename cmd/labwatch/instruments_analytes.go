package main

import (
	"math"
	"math/rand/v2"
)

// simAnalyte is a test that the simulated analysers run.
type simAnalyte struct {
	code, loinc, unit string
	mean, sd          float64 // of patients, in unit: middle and a quarter of a usual adult reference interval
	skewed            bool    // log-normal rather than normal
	decimals          int
	low, high         float64    // measuring range: beyond it the analyser sends "<low" or ">high"
	qc                [2]float64 // targets of control levels 1 and 2, in unit
	spelling          string     // another spelling of the unit that is met in the field
}

// qcCV is the coefficient of variation of the simulated controls, within what analysers reach for these tests.
const qcCV = 0.02

// simAnalytes are the fifteen sample codes of the original system.
var simAnalytes = [...]simAnalyte{
	{"GLU", "2345-7", "mg/dL", 95, 10, false, 0, 20, 500, [2]float64{95, 280}, "MG/DL"},
	{"GLU_MMOL", "2345-7", "mmol/L", 5.3, 0.55, false, 1, 1.1, 27.8, [2]float64{5.3, 15.5}, "MMOL/L"},
	{"HBA1C", "4548-4", "%", 5.4, 0.4, false, 1, 3.5, 18, [2]float64{5.4, 10.1}, "percent"},
	{"CHOL", "2093-3", "mg/dL", 185, 35, false, 0, 20, 800, [2]float64{185, 260}, "mg/dl"},
	{"TRIG", "2571-8", "mg/dL", 120, 50, true, 0, 10, 1000, [2]float64{110, 220}, "mg/dl"},
	{"HDL", "2085-9", "mg/dL", 54, 13, false, 0, 5, 150, [2]float64{35, 65}, "mg/dl"},
	{"LDL", "2089-1", "mg/dL", 112, 30, false, 0, 5, 500, [2]float64{100, 170}, "mg/dl"},
	{"CREAT", "2160-0", "mg/dL", 0.9, 0.2, true, 2, 0.1, 25, [2]float64{1, 5.5}, "MG/DL"},
	{"BUN", "3094-0", "mg/dL", 14, 4, true, 0, 2, 150, [2]float64{15, 50}, "MG/DL"},
	{"NA", "2951-2", "mmol/L", 140, 2.5, false, 0, 80, 200, [2]float64{138, 155}, "mEq/L"},
	{"K", "2823-3", "mmol/L", 4.2, 0.35, false, 1, 1, 10, [2]float64{4, 6.5}, "MEQ/L"},
	{"WBC", "6690-2", "10*3/uL", 7, 1.8, true, 2, 0.1, 400, [2]float64{7.5, 18}, "K/uL"},
	{"RBC", "789-8", "10*6/uL", 4.7, 0.45, false, 2, 0.1, 8, [2]float64{4.5, 2.4}, "M/uL"},
	{"HGB", "718-7", "g/dL", 14.2, 1.3, false, 1, 0.5, 25, [2]float64{13.5, 6}, "G/DL"},
	{"PLT", "777-3", "10*3/uL", 250, 55, true, 0, 5, 2000, [2]float64{240, 60}, "K/uL"},
}

func findAnalyte(code string) *simAnalyte {
	for i := range simAnalytes {
		if simAnalytes[i].code == code {
			return &simAnalytes[i]
		}
	}
	return nil
}

// patient draws one patient's value.
func (a *simAnalyte) patient(rng *rand.Rand) float64 {
	z := rng.NormFloat64()
	if !a.skewed {
		return math.Max(a.low, a.mean+a.sd*z)
	}
	// Log-normal with this mean and SD: variance of the logarithm ln(1 + CV^2).
	v := math.Log1p((a.sd / a.mean) * (a.sd / a.mean))
	return math.Max(a.low, a.mean*math.Exp(math.Sqrt(v)*z-v/2))
}

// simChannel is one channel of the original's telemetry.
type simChannel struct {
	name, unit string
	mean, sd   float64
	low, high  float64 // a healthy plant's controller keeps the channel between these
	decimals   int
}

// simChannels are the original's four. Turbidity is gamma(2, 0.5), so its mean is 1 and its SD 0.71; the limits of
// oxygen, temperature and turbidity are the original's, that of pH is four SD.
var simChannels = [...]simChannel{
	{"ph_level", "[pH]", 7.2, 0.15, 6.6, 7.8, 3},
	{"storage_temp_c", "Cel", 4, 0.3, 2, 8, 2},
	{"dissolved_oxygen_ppm", "ppm", 8.5, 0.5, 7, 10, 2},
	{"turbidity_ntu", "[NTU]", 1, 0.7071, 0, 5, 3},
}

// The channels by index.
const (
	chPH = iota
	chTemperature
	chOxygen
	chTurbidity
)

func channelIndex(name string) int {
	for i := range simChannels {
		if simChannels[i].name == name {
			return i
		}
	}
	return -1
}

// healthy draws one value of a channel. A draw outside the allowed range is drawn again: healthy means inside.
func (c *simChannel) healthy(rng *rand.Rand) float64 {
	for {
		v := c.mean + c.sd*rng.NormFloat64()
		if c.name == "turbidity_ntu" {
			v = 0.5 * (rng.ExpFloat64() + rng.ExpFloat64()) // the sum of two exponentials is gamma(2)
		}
		if v > c.low && v < c.high {
			return v
		}
	}
}
