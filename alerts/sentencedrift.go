package alerts

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// mean tells of a window mean against the baseline.
func (t *teller) mean() (string, []string) {
	e := t.Evidence
	if !known(e.BaselineMean, e.CurrentMean) {
		return t.other()
	}
	was, is := pair(e.BaselineMean, e.CurrentMean, e.BaselineSD)
	if t.Change == Resolved {
		return t.subject + " mean back to " + is + t.unit + ", baseline " + was, t.life(t.worst())
	}
	return t.subject + " mean " + was + " → " + is + t.unit, []string{t.score(), t.window()}
}

// single tells of one value against the baseline.
func (t *teller) single() (string, []string) {
	e := t.Evidence
	if !known(e.BaselineMean, e.Value) {
		return t.other()
	}
	normal, is := pair(e.BaselineMean, e.Value, e.BaselineSD)
	if e.BaselineSD > 0 {
		normal += " ± " + fixed(e.BaselineSD, decimals(e.BaselineSD))
	}
	if t.Change == Resolved {
		return t.subject + " back to " + is + t.unit + ", normally " + normal, t.life(t.worst())
	}
	return t.subject + " " + is + t.unit + ", normally " + normal, []string{t.score(), t.breaches()}
}

// shape is the way in which a distribution differs from its baseline.
type shape uint8

const (
	changed  shape = iota // in no way that mean and SD show
	shifted               // the mean moved: a systematic error
	wider                 // the scatter grew: a random error
	narrower              // the scatter shrank, as that of a stuck sensor does
)

// shape compares mean and SD of the window with the baseline's. A mean counts as moved beyond three of its
// standard errors, a scatter as another from a factor of 1.5; of two the first that holds is named.
func (t *teller) shape() shape {
	e := t.Evidence
	if !known(e.BaselineMean, e.BaselineSD, e.CurrentMean, e.CurrentSD) || e.CurrentN < 1 || !(e.BaselineSD > 0) {
		return changed
	}
	moved := math.Abs(e.CurrentMean - e.BaselineMean)
	switch {
	case moved > 3*e.BaselineSD/math.Sqrt(float64(e.CurrentN)):
		return shifted
	case e.CurrentSD >= 1.5*e.BaselineSD:
		return wider
	case e.CurrentSD <= e.BaselineSD/1.5:
		return narrower
	}
	return changed
}

// distribution tells of a whole distribution against its baseline.
func (t *teller) distribution() (string, []string) {
	e := t.Evidence
	if t.Change == Resolved {
		return t.subject + " distribution back to normal", t.life(t.worst())
	}
	why := []string{t.score(), t.threshold(), t.window()}
	if !known(e.BaselineMean, e.CurrentMean) {
		return t.subject + " distribution changed", why
	}
	was, is := pair(e.BaselineMean, e.CurrentMean, e.BaselineSD)
	wasSD, isSD := pair(e.BaselineSD, e.CurrentSD, min(e.BaselineSD, e.CurrentSD))
	switch t.shape() {
	case shifted:
		return t.subject + " distribution shifted, mean " + was + " → " + is + t.unit, why
	case wider:
		return t.subject + " scatter wider, SD " + wasSD + " → " + isSD + t.unit + " around mean " + is, why
	case narrower:
		return t.subject + " scatter narrower, SD " + wasSD + " → " + isSD + t.unit + " around mean " + is, why
	}
	return t.subject + " distribution changed, mean " + was + " → " + is + t.unit, why
}

// flat tells of a value that does not move.
func (t *teller) flat() (string, []string) {
	e := t.Evidence
	if !known(e.Value) || e.CurrentN < 1 {
		return t.other()
	}
	if t.Change == Resolved {
		longest := ""
		if known(e.Peak) {
			longest = fmt.Sprintf("%d equal readings", int(e.Peak))
		}
		return t.subject + " moves again, now " + plain(e.Value) + t.unit, t.life(longest)
	}
	return t.subject + " stuck at " + plain(e.Value) + t.unit, []string{t.window(), t.threshold()}
}

// vector tells of all channels of a device together. Its series is the group that it was compared with.
func (t *teller) vector() (string, []string) {
	than := ""
	if group := clean(t.Series); group != "" && t.Device != "" {
		than = " for group " + group
	}
	if t.Change == Resolved {
		return "channels together normal again" + than, t.life(t.worst())
	}
	return "channels together unusual" + than, []string{t.mostly(), t.score(), t.threshold(), t.breaches()}
}

// mostly names the channels that made a quarter of the score or more, the greatest part first.
func (t *teller) mostly() string {
	parts := slices.Clone(t.Evidence.Channels)
	slices.SortStableFunc(parts, func(a, b ChannelPart) int { return cmp.Compare(b.Share, a.Share) })
	var names []string
	for _, p := range parts {
		if name := clean(p.Name); p.Share >= 0.25 && name != "" {
			switch {
			case p.Direction > 0:
				name += " high"
			case p.Direction < 0:
				name += " low"
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "mostly " + strings.Join(names, " and ")
}

// other tells of a detector or rule that this file does not know.
func (t *teller) other() (string, []string) {
	if t.Change == Resolved {
		return t.subject + " back to normal", t.life(t.worst())
	}
	what := t.subject + " unusual"
	if known(t.Evidence.Value) {
		what += " at " + plain(t.Evidence.Value) + t.unit
	}
	return what, []string{"by " + clean(t.Rule), t.score(), t.threshold(), t.window()}
}

func (t *teller) score() string { return score(clean(t.Evidence.Statistic), t.Evidence.Score) }
func (t *teller) worst() string { return score(clean(t.Evidence.Statistic), t.Evidence.Peak) }

// threshold is the level that was broken, for statistics whose size tells people nothing.
func (t *teller) threshold() string {
	if !known(t.Evidence.Threshold) {
		return ""
	}
	return "limit " + significant(t.Evidence.Threshold, 2)
}
