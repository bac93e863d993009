package alerts

import (
	"fmt"
	"time"
)

func (t *teller) errorCode() (string, []string) {
	e := t.Evidence
	if t.Change == Resolved {
		now := ""
		if known(e.Value) {
			now = ", now " + plain(e.Value) + t.unit
		}
		times := fmt.Sprintf("%d error codes", e.Count)
		if e.Count == 1 {
			times = "1 error code"
		}
		return t.subject + " reads again" + now, append([]string{times}, t.life("")...)
	}
	if known(e.Value) {
		return t.subject + " sends error code " + plain(e.Value), []string{t.breaches()}
	}
	return t.subject + " sends an error code", []string{t.breaches()}
}

func (t *teller) limit() (string, []string) {
	e := t.Evidence
	value := e.Comparator + apart(e.Value, e.Low, e.High, e.Threshold) + t.unit
	if !known(e.Value) {
		value = "without a value"
	}
	allowed := ""
	switch low, high := known(e.Low), known(e.High); {
	case low && high:
		allowed = ", allowed " + plain(e.Low) + " to " + plain(e.High)
	case high:
		allowed = ", allowed up to " + plain(e.High)
	case low:
		allowed = ", allowed from " + plain(e.Low)
	}
	if t.Change == Resolved {
		worst := ""
		if known(e.Peak) {
			worst = plain(e.Peak) + t.unit
		}
		return t.subject + " back to " + value + allowed, t.life(worst)
	}
	why := []string{t.breaches()}
	if known(e.Threshold) && e.Threshold != e.Low && e.Threshold != e.High {
		why = []string{"critical limit " + plain(e.Threshold), t.breaches()}
	}
	return t.subject + " " + value + allowed, why
}

// criticalValue names the result by its id. A bound keeps its comparator.
func (t *teller) criticalValue() (string, []string) {
	e := t.Evidence
	result := "a result without id"
	if id := clean(t.Subject); id != "" {
		result = "result " + id
	}
	value := ""
	if known(e.Value) {
		value = " " + e.Comparator + plain(e.Value) + t.unit
	}
	if t.Change == Resolved {
		if value == "" {
			return t.subject + " of " + result + " withdrawn, no longer critical", nil
		}
		return t.subject + " of " + result + " corrected to" + value + ", no longer critical", nil
	}
	side := ""
	switch e.Direction {
	case 1:
		side = " high"
	case -1:
		side = " low"
	}
	what := t.subject + value + " critically" + side
	if side == "" {
		what = t.subject + value + " critical"
	}
	if t.Change == Updated {
		what += " after correction"
	}
	return what, []string{result, "at " + t.clock(t.At)}
}

func (t *teller) silent() (string, []string) {
	e := t.Evidence
	lasted := e.Score
	if t.Change == Resolved && e.Since == t.At { // the reading before is not known: the last tick has to do
		lasted = e.Peak
	}
	if t.Change == Resolved {
		if !known(lasted) {
			return "speaks again", t.life("")
		}
		return "speaks again after " + seconds(lasted) + " of silence", t.life("")
	}
	var why []string
	if known(lasted) {
		why = append(why, "for "+seconds(lasted))
	}
	if known(e.Threshold) {
		why = append(why, "limit "+seconds(e.Threshold))
	}
	return "silent since " + t.clock(e.Since), why
}

func seconds(s float64) string { return span(time.Duration(s * float64(time.Second))) }

func (t *teller) qcFailed() (string, []string) {
	e := t.Evidence
	value, expected := "", ""
	switch {
	case known(e.Value, e.BaselineMean):
		was, is := pair(e.BaselineMean, e.Value, e.BaselineSD)
		value, expected = " at "+e.Comparator+is+t.unit, ", expected "+was
		if e.BaselineSD > 0 {
			expected += " ± " + fixed(e.BaselineSD, decimals(e.BaselineSD))
		}
	case known(e.Value):
		value = " at " + e.Comparator + plain(e.Value) + t.unit
	}
	if t.Change == Resolved {
		times := fmt.Sprintf("failed %d times since ", e.Count)
		if e.Count == 1 {
			times = "failed at "
		}
		return t.subject + " passed again" + value + expected, []string{times + t.clock(e.FirstSeen)}
	}
	why := []string{score(StatZ, e.Score)}
	if !(e.Score > e.Threshold) {
		why = append(why, "judged by the instrument")
	}
	return t.subject + " failed" + value + expected, append(why, t.breaches())
}
