package detectors

import (
	"encoding/binary"
	"math"
)

// NoveltyConfig are the parameters of "novelty".
type NoveltyConfig struct {
	// Warning and Critical are levels of the distance; 0 (default) is none: the score is published and raises no alert.
	Warning  float64 `yaml:"warning"`
	Critical float64 `yaml:"critical"`
}

// DefaultNovelty returns the defaults.
func DefaultNovelty() NoveltyConfig { return NoveltyConfig{} }

// Validate returns one error for each mistake, each led by the field's name.
func (c NoveltyConfig) Validate() []error { return checkFixed(c.Warning, c.Critical) }

// novelty says how unlike anything that the series has shown so far the newest 50 readings are: the distance of their
// histogram to the most similar one in a library, see modes.
//
// For: values that are usual each by itself and not in such company, at this length, or with so little scatter; and, as a
// part of the one score (see Standing), for series that have many ways to be, such as a sensor that follows the hour of the
// day, of which a test against one reference finds each hour odd. It needs an anchored baseline with two values.
//
// It promises no run length, and so raises no alert unless it is given a level. It tells of what is new, not of what is
// wrong, and remembers what was seen, good or bad, suspect or not: a fault that stays, or comes again, is known, and has
// its alert from the other detectors. It forgets all at a reset.
//
// Cost: about 0.1 µs, no allocation; 4 kB.
type novelty struct {
	cfg      NoveltyConfig
	baseline *Baseline
	resets   uint32
	version  uint32 // of the reference that the bins were last compared with
	modes    modes
}

func newNovelty(decode func(any) error) (Maker, error) {
	c := DefaultNovelty()
	if err := configure(&c, decode); err != nil {
		return nil, err
	}
	logs := newModeLogs()
	return func(e Env) Detector {
		e.Baseline.watch(modeReadings)
		return &novelty{cfg: c, baseline: e.Baseline, modes: modes{logs: logs}}
	}, nil
}

func (d *novelty) Score(s Sample) (float64, bool) {
	if !finite(s.Value()) || d.resets != d.baseline.Resets() {
		return 0, false
	}
	return d.modes.of(s.Value())
}

func (d *novelty) Learn(s Sample) {
	if !finite(s.Value()) {
		return
	}
	if r := d.baseline.Resets(); r != d.resets {
		d.resets, d.modes = r, modes{logs: d.modes.logs}
	}
	if v := d.baseline.Version(); v != d.version && len(d.baseline.Reference()) > 1 {
		d.version = v
		d.modes.cut(&d.baseline.ranks)
	}
	d.modes.learn(s.Value())
}

// Limits are those of the config, if any.
func (d *novelty) Limits() Limits {
	return levels(math.Inf(1), d.cfg.Warning, d.cfg.Critical, halfAgain)
}

func (d *novelty) Explain(s Sample) Evidence {
	m := d.baseline.about()
	now, since := d.baseline.newest(modeReadings, s)
	return Evidence{Statistic: "distance", Baseline: m, Current: now, Since: since, Direction: direction(now.Mean - m.Mean)}
}

// Direction is the way in which the newest readings differ from the reference.
func (d *novelty) Direction(s Sample) Direction { return d.baseline.differs(modeReadings, s) }

// Bytes is the memory held, in bytes.
func (d *novelty) Bytes() int { return d.modes.bytes() + 80 }

const noveltyVersion = 1

func (d *novelty) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint(appendResets([]byte{noveltyVersion}, d.resets), uint64(d.version))
	return d.modes.append(b), nil
}

func (d *novelty) UnmarshalBinary(data []byte) error {
	r := newReader(data, noveltyVersion)
	n := novelty{cfg: d.cfg, baseline: d.baseline, resets: r.resets(), version: r.resets(), modes: modes{logs: d.modes.logs}}
	n.modes.read(r)
	if err := r.done("novelty"); err != nil {
		return err
	}
	*d = n
	return nil
}
