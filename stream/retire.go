package stream

import (
	"cmp"
	"maps"
	"slices"

	"labwatch/alerts"
	"labwatch/record"
)

// A device is retired by an event in its log, or when it has not been heard for as long as Config.ForgetAfter. Its
// alerts end, its baselines are forgotten, and its silence is expected. Its card stays, a hundred bytes or two: a mark
// that it is gone can be missed by nobody, which a deleted snapshot could. A later reading makes it a new device.

// expired says whether a device has not been heard for so long that it is taken for gone, if somebody listened, see listens.
func (w *Worker) expired(c *card, at int64) bool {
	return !c.retired && c.heard > 0 && at-c.heard >= int64(w.j.ForgetAfter)
}

// forget retires a device because of the tick at offset. It is brought into memory only to end its alerts.
func (w *Worker) forget(d *ownedDevice, offset int64, origin record.Origin, at int64, emit Emit) error {
	known := newDevice(&d.card)
	if len(d.alerts()) > 0 || d.held != nil {
		var err error
		if known, err = w.hold(d); err != nil {
			return err
		}
	}
	w.retire(known, subject{origin: origin, at: at, kind: record.Tick, tick: true}, emit)
	w.touch(d, offset)
	if d.held != nil { // what it remembered of repeats is older than anybody repeats
		w.release(d)
	}
	return nil
}

// retire ends the alerts of a device and forgets everything but that it was there.
func (w *Worker) retire(d *device, why subject, emit Emit) {
	why.device, why.facility = d.name, d.facility
	if d.silent != nil {
		about := why
		about.kind = record.Tick
		w.endFor(alerts.StatRetired, about, alerts.RuleSilent, d.silent, emit)
	}
	for _, key := range slices.SortedFunc(maps.Keys(d.rules), compareKeys) {
		if key.rule == alerts.RuleCriticalValue { // an event, told once: it has no end
			continue
		}
		s := d.rules[key]
		w.endFor(alerts.StatRetired, w.ofRule(why, d, key, s), key.rule, s, emit)
	}
	for _, s := range d.series.all {
		w.endAll(alerts.StatRetired, why, s, emit)
	}
	old := d.card
	*old = card{name: old.name, facility: old.facility, records: old.records, newest: old.newest, learned: noLearned, retired: true}
	anew := newDevice(old)
	anew.gates = d.gates // the event that retires it may be repeated
	*d = *anew
}

// leaveGroups takes a device that an event retires out of its groups. A group decides by the event alone: its redo may begin
// elsewhere, so it cannot ask whether the device took the event for a repeat or for late. It asks no time either. Who writes
// the event has a clock of his own, or a date only, and an alert of a device that is gone, and no longer shown, would stay
// open until judge.forget_after. A repeat after the device came back costs less: a member that is new, whose alert opens again.
func (w *Worker) leaveGroups(r *record.Record, offset int64, emit Emit) {
	for _, name := range slices.Sorted(maps.Keys(w.groups)) {
		g := w.groups[name]
		m := g.members[r.Device]
		if m == nil || !g.takes(offset) {
			continue
		}
		w.leave(g, m, subject{origin: r.Origin, at: decisive(r), kind: r.Kind, device: r.Device, facility: r.Facility}, emit)
		w.queue.touch(g, offset, w.stamp)
	}
}

// leaveAtTick takes the members out of groups that were not heard for too long. It asks the groups alone.
func (w *Worker) leaveAtTick(offset int64, origin record.Origin, at int64, emit Emit) {
	for _, name := range slices.Sorted(maps.Keys(w.groups)) {
		g := w.groups[name]
		if !g.takes(offset) {
			continue
		}
		var gone []string
		for device, m := range g.members {
			if m.newest > 0 && at-m.newest >= int64(w.j.ForgetAfter) {
				gone = append(gone, device)
			}
		}
		slices.Sort(gone)
		for _, device := range gone {
			w.leave(g, g.members[device], subject{origin: origin, at: at, tick: true, device: device}, emit)
			w.queue.touch(g, offset, w.stamp)
		}
	}
}

func (w *Worker) leave(g *ownedGroup, m *member, about subject, emit Emit) {
	about.kind, about.series = record.Telemetry, g.name
	for i := range m.states {
		w.endFor(alerts.StatRetired, about, w.j.Plan.Group[i].Name, &m.states[i], emit)
	}
	delete(g.members, about.device)
}

// forgetMembers makes room in a group that has too many members: the half that was not heard for longest goes, unless
// an alert of it is open. Equals are told apart by name, so that the order of the map does not count.
func (g *group) forgetMembers() {
	names := make([]string, 0, len(g.members))
	for name, m := range g.members {
		if !m.holding() {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(g.members[a].newest, g.members[b].newest), cmp.Compare(a, b))
	})
	for _, name := range names[:len(names)/2] {
		delete(g.members, name)
	}
}
