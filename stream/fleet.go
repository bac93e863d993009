package stream

import (
	"cmp"
	"slices"
	"time"

	"labwatch/alerts"
)

// DeviceView is what readers see of a device. It is made anew, never changed.
type DeviceView struct {
	Device   string
	Facility string
	Records  int64   // readings admitted
	Series   int     // numbers with a baseline of their own
	Learned  int     // of them, those whose baseline counts
	Strain   float64 // greatest newest score of a series, as a share of its warning limit
	LastSeen int64   // greatest event time, nanoseconds since 1970 UTC
	Open     []AlertView
}

// AlertView is one open alert.
type AlertView struct {
	ID       string
	Rule     string
	Series   string
	Severity alerts.Severity
	Opened   int64 // nanoseconds since 1970 UTC
	Count    int
}

// showEvery bounds the work of making views: once a second is what a person can follow.
const showEvery = int64(time.Second)

// Fleet is the devices of this partition, sorted by name, as of the last commit or up to a second before.
func (w *Worker) Fleet() []DeviceView {
	if v := w.fleet.Load(); v != nil {
		return *v
	}
	return nil
}

// Show makes the views anew if they are older than a second and anything was worked since.
func (w *Worker) Show(now int64) {
	if now-w.shown < showEvery || w.worked == w.shownAt {
		return
	}
	w.shownAt = w.worked
	w.shown = now
	views := make([]DeviceView, 0, len(w.names))
	grouped := w.openOfGroups()
	for _, name := range w.names {
		d := w.devices[name].device
		v := DeviceView{
			Device: d.name, Facility: d.facility, Records: d.records, Series: len(d.series),
			LastSeen: d.newest, Open: w.open(d, grouped[name]),
		}
		for _, s := range d.series {
			if _, ok := s.baseline.Moments(); ok {
				v.Learned++
			}
			v.Strain = max(v.Strain, s.strain)
		}
		views = append(views, v)
	}
	w.fleet.Store(&views)
}

// openOfGroups lists the open alerts that groups hold, by device.
func (w *Worker) openOfGroups() map[string][]AlertView {
	views := map[string][]AlertView{}
	for _, g := range w.groups {
		for device, m := range g.members {
			for i := range m.states {
				if s := &m.states[i]; s.Phase == alerts.Open {
					views[device] = append(views[device], AlertView{s.ID.String(), w.j.Plan.Group[i].Name, g.name, s.Severity, s.Opened, int(s.Count)})
				}
			}
		}
	}
	return views
}

// open lists a device's open alerts: views of its groups, its plain rules, and its series' detectors.
func (w *Worker) open(d *device, views []AlertView) []AlertView {
	add := func(rule, series string, s *alerts.State) {
		if s.Phase == alerts.Open {
			views = append(views, AlertView{s.ID.String(), rule, series, s.Severity, s.Opened, int(s.Count)})
		}
	}
	for key, s := range d.rules {
		if key.rule != alerts.RuleCriticalValue { // an event: told once, not a state of the device
			add(key.rule, key.series, s)
		}
	}
	for _, s := range d.series {
		for i := range s.states {
			add(w.j.Plan.Series[s.kind][i].Name, s.name, &s.states[i])
		}
	}
	sortViews(views)
	return views
}

// sortViews puts the worst first, and gives equals a fixed order.
func sortViews(v []AlertView) {
	slices.SortFunc(v, func(a, b AlertView) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Series, b.Series), cmp.Compare(a.ID, b.ID))
	})
}
