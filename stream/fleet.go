package stream

import (
	"cmp"
	"slices"
	"time"

	"labwatch/alerts"
	"labwatch/detectors"
)

// DeviceView is what readers see of a device. It is made anew, never changed.
type DeviceView struct {
	Device   string
	Facility string
	Records  int64              // readings admitted
	Series   int                // numbers with a baseline of their own
	Learned  int                // of them, those whose baseline counts
	Standing detectors.Standing // greatest of its newest readings and vectors of a day
	LastSeen int64              // greatest event time, nanoseconds since 1970 UTC
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

// showEvery bounds the work of making views: once a second is what a person can follow. For many devices it is less
// often, so that views stay below some hundredths of the work.
const (
	showEvery   = int64(time.Second)
	showDevices = 10_000 // a second
)

// Fleet is the devices of this partition that are not retired, sorted by name, as of the last commit or up to a second
// before; with more than 10,000 devices up to a second more for each 10,000.
func (w *Worker) Fleet() []DeviceView {
	if v := w.fleet.Load(); v != nil {
		return *v
	}
	return nil
}

// Show makes the views anew if there are none, or if they are older than a second and anything was worked since. Now is as
// in Checkpoint.
func (w *Worker) Show(now int64) {
	every := showEvery * max(1, int64(len(w.order))/showDevices)
	if w.fleet.Load() != nil && (now-w.shown < every || w.worked == w.shownAt) {
		return
	}
	w.shownAt = w.worked
	w.shown = now
	w.lookAll()
	views := make([]DeviceView, 0, len(w.order))
	grouped, vectors := w.openOfGroups()
	for _, d := range w.byName() {
		if d.retired {
			continue
		}
		views = append(views, DeviceView{
			Device: d.name, Facility: d.facility, Records: d.records, Series: max(0, int(d.series)), Learned: int(d.ready),
			Standing: d.standing.Worst(vectors[d.name]), LastSeen: d.newest, Open: openOf(&d.card, grouped[d.name]),
		})
	}
	w.fleet.Store(&views)
}

// openOf is all open alerts of a device: of its groups, its silence, its rules and its detectors.
func openOf(c *card, grouped []AlertView) []AlertView {
	if s := c.silent; s != nil && s.Phase == alerts.Open {
		grouped = append(grouped, AlertView{s.ID.String(), alerts.RuleSilent, "", s.Severity, s.Opened, int(s.Count)})
	}
	if len(grouped) == 0 {
		return c.alerts()
	}
	views := slices.Concat(grouped, c.alerts())
	sortViews(views)
	return views
}

// openOfGroups lists the open alerts that groups hold, and how the newest vectors stand, by device.
func (w *Worker) openOfGroups() (views map[string][]AlertView, vectors map[string]detectors.Standing) {
	views, vectors = map[string][]AlertView{}, map[string]detectors.Standing{}
	for _, g := range w.groups {
		for device, m := range g.members {
			if d := w.devices[device]; d != nil {
				vectors[device] = vectors[device].Worst(current(m.standing, m.newest, d.stoodAt))
			}
			for i := range m.states {
				if s := &m.states[i]; s.Phase == alerts.Open {
					views[device] = append(views[device], AlertView{s.ID.String(), w.j.Plan.Group[i].Name, g.name, s.Severity, s.Opened, int(s.Count)})
				}
			}
		}
	}
	return views, vectors
}

// summarise brings the summary of a device that is held up to date.
func (w *Worker) summarise(d *ownedDevice) {
	if d.held != nil {
		d.summary = w.summaryOf(d.held.device)
	}
}

// summaryOf is what the fleet is shown of what a device has learned: the alerts of its plain rules and detectors too.
func (w *Worker) summaryOf(d *device) (sum summary) {
	var open []AlertView
	add := func(rule, series string, s *alerts.State) {
		if s.Phase == alerts.Open {
			open = append(open, AlertView{s.ID.String(), rule, series, s.Severity, s.Opened, int(s.Count)})
		}
	}
	for key, s := range d.rules {
		if key.rule != alerts.RuleCriticalValue { // an event: told once, not a state of the device
			add(key.rule, key.series, s)
		}
	}
	sum.series = int32(d.series.len())
	for _, s := range d.series.all {
		for i := range s.states {
			add(w.j.Plan.Series[s.kind][i].Name, s.name, &s.states[i])
		}
		if _, ok := s.baseline.Moments(); ok {
			sum.ready++
		}
	}
	sum.standing, sum.stoodAt = d.stand()
	if len(open) > 0 {
		sortViews(open)
		sum.open = &open
	}
	return sum
}

// sortViews puts the worst first, and gives equals a fixed order.
func sortViews(v []AlertView) {
	slices.SortFunc(v, func(a, b AlertView) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Series, b.Series), cmp.Compare(a.ID, b.ID))
	})
}
