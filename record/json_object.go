package record

import "strconv"

// object appends the members of JSON objects and lists. Keys are ours and need no escaping.
type object struct {
	dst   []byte
	first bool // nothing is in the innermost object or list yet
}

func (w *object) comma() {
	if !w.first {
		w.dst = append(w.dst, ',')
	}
	w.first = false
}

func (w *object) key(k string) {
	if w.first {
		w.dst, w.first = append(w.dst, '"'), false
	} else {
		w.dst = append(w.dst, ',', '"')
	}
	w.dst = append(w.dst, k...)
	w.dst = append(w.dst, '"', ':')
}

func (w *object) open(k string) {
	w.key(k)
	w.dst, w.first = append(w.dst, '{'), true
}

func (w *object) close() { w.dst, w.first = append(w.dst, '}'), false }

func (w *object) list(k string) {
	w.key(k)
	w.dst, w.first = append(w.dst, '['), true
}

func (w *object) endList() { w.dst, w.first = append(w.dst, ']'), false }

// element opens an object in a list.
func (w *object) element() {
	w.comma()
	w.dst, w.first = append(w.dst, '{'), true
}

// item is a text in a list.
func (w *object) item(v string) {
	w.comma()
	w.dst = appendString(w.dst, v)
}

func (w *object) text(k, v string) {
	w.key(k)
	w.dst = appendString(w.dst, v)
}

func (w *object) optional(k, v string) {
	if v != "" {
		w.text(k, v)
	}
}

func (w *object) integer(k string, v int64) {
	w.key(k)
	w.dst = strconv.AppendInt(w.dst, v, 10)
}

func (w *object) boolean(k string, v bool) {
	w.key(k)
	w.dst = strconv.AppendBool(w.dst, v)
}

// number leaves out what JSON cannot hold: NaN, which stands for a number that is not there, and infinities.
func (w *object) number(k string, v float64) {
	if finite(v) {
		w.key(k)
		w.dst = appendShortest(w.dst, v)
	}
}

// figure is a number of a statistic.
func (w *object) figure(k string, v float64) {
	if finite(v) {
		w.key(k)
		w.dst = appendFigure(w.dst, v)
	}
}

// time leaves out 0: the time is unknown.
func (w *object) time(k string, at int64) {
	if at != 0 {
		w.key(k)
		w.dst = append(AppendTime(append(w.dst, '"'), at), '"')
	}
}
