package stream

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"labwatch/alerts"
	"labwatch/record"
)

// Worker judges one partition of the log, or of a fused topic. One goroutine uses it, so it has no locks; only Fleet
// may be called by others.
type Worker struct {
	j       *Judging
	intake  *Intake // of a fused topic; nil: messages are entries of the log
	clock   *clock  // of input without ticks
	publish publisher

	devices map[string]*ownedDevice
	groups  map[string]*ownedGroup
	names   []string // of devices, sorted; ticks go through them in this order
	queue   queue
	stamp   int64 // time of the last commit, for the age of changes

	tally   tally
	arrived []int64 // arrival times of the open transaction
	fleet   atomic.Pointer[[]DeviceView]
	shown   int64 // when fleet was made
	worked  int64 // messages taken in this life
	shownAt int64 // of them, when fleet was made

	// scratch
	rec      record.Record
	scores   []record.Score
	opinions []opinion
	vector   []float64
	channels []string
	timed    bool
	muted    bool  // the message at hand is worked again: nothing is said, so nothing is written down either
	heardAt  int64 // when the reading at hand was heard: of the log its entry's timestamp, which no instrument sets
	state    alerts.State
}

type ownedDevice struct {
	entity
	*device

	group    *ownedGroup // of its last telemetry reading,
	channels []string    // which had these channels, as they were written
}

type ownedGroup struct {
	entity
	*group
}

// NewWorker makes the empty worker of one partition. An intake makes it a fused one: it reads raw messages and makes
// ticks from their arrival times. Without it, it reads the log.
func NewWorker(j *Judging, intake *Intake, seal Seal) *Worker {
	w := &Worker{j: j, intake: intake, publish: publisher{seal: seal},
		devices: map[string]*ownedDevice{}, groups: map[string]*ownedGroup{}}
	if intake != nil {
		w.clock = &clock{interval: int64(j.TickInterval), gap: int64(max(j.Alerts.Silent.After, 3*j.TickInterval))}
	}
	return w
}

// Process takes the next message. A nil emit mutes it: state changes exactly as it would, and nothing is said or
// counted. An error means that the log holds what it cannot hold; the caller must stop before it saves anything.
func (w *Worker) Process(m Message, emit Emit) error {
	w.muted = emit == nil
	// One record in 64 is timed, which shows where time goes and costs next to none.
	w.worked++
	w.timed = !w.muted && w.worked%64 == 0
	if w.intake != nil {
		w.processRaw(m, emit)
	} else if err := w.processEntry(m, emit); err != nil {
		return err
	}
	if w.muted {
		w.tally = tally{}
		w.arrived = w.arrived[:0]
	}
	return nil
}

func (w *Worker) processEntry(m Message, emit Emit) error {
	if err := w.rec.UnmarshalBinary(m.Value); err != nil {
		return fmt.Errorf("read log entry at offset %d of %s/%d: %w", m.Offset, m.Topic, m.Partition, err)
	}
	if w.rec.Kind == record.Tick {
		w.tick(m, tick{at: w.rec.Arrived, since: w.rec.Time}, emit)
		return nil
	}
	w.heardAt = m.At
	if m.At == 0 {
		w.heardAt = w.rec.Arrived
	}
	w.judge(&w.rec, m.Offset, emit)
	return nil
}

func (w *Worker) processRaw(m Message, emit Emit) {
	w.intake.read(m,
		func(r *record.Record) {
			if t, due := w.clock.advance(m.Offset, r.Arrived); due {
				w.tick(m, t, emit)
			}
			w.heardAt = r.Arrived
			w.judge(r, m.Offset, emit)
		},
		func(reason *record.Reject) {
			w.tally.reject(reason.Code)
			if !w.muted {
				emit(w.publish.reject(m, reason))
			}
		})
}

// judge scores one reading, learns it, decides, and publishes it with its scores.
func (w *Worker) judge(r *record.Record, offset int64, emit Emit) {
	w.scores = w.scores[:0]
	d := w.device(r.Device)
	publish := true
	if d.takes(offset) {
		w.queue.touch(&d.entity, offset, w.stamp)
		publish = w.judgeDevice(d.device, r, emit)
	}
	if r.Kind == record.Telemetry && len(w.j.Plan.Group) > 0 {
		if g := w.groupOf(d, r); g != nil && g.takes(offset) {
			w.queue.touch(&g.entity, offset, w.stamp)
			w.judgeGroup(g.group, r, emit)
		}
	}
	w.arrived = append(w.arrived, r.Arrived)
	if !publish {
		w.tally.duplicates++
		return
	}
	w.tally.standardized++
	w.tally.flag(r.Flags)
	if !w.muted {
		emit(w.publish.record(r, w.scores))
	}
}

// device finds or makes a device.
func (w *Worker) device(name string) *ownedDevice {
	d := w.devices[name]
	if d == nil {
		name = strings.Clone(name)
		d = &ownedDevice{device: newDevice(name)}
		d.entity = entity{key: "d/" + name, at: -1, state: deviceState{d.device, w.j}}
		w.devices[name] = d
		i, _ := slices.BinarySearch(w.names, name)
		w.names = slices.Insert(w.names, i, name)
	}
	return d
}

// groupOf finds or makes the group of a telemetry reading. A device sends the same channels again and again, so its
// last group is most often the right one.
func (w *Worker) groupOf(d *ownedDevice, r *record.Record) *ownedGroup {
	same := d.group != nil && len(d.channels) == len(r.Channels)
	for i := 0; same && i < len(r.Channels); i++ {
		same = d.channels[i] == r.Channels[i].Name
	}
	if !same {
		d.group = w.group(r)
		d.channels = d.channels[:0]
		for i := range r.Channels {
			d.channels = append(d.channels, cloned(r.Channels[i].Name))
		}
	}
	return d.group
}

// maxGroups bounds the groups of a partition. A device that leaves out now this channel and now that makes a group of
// each set, none of which would ever learn enough; readings beyond the bound are judged channel by channel only.
const maxGroups = 64

// group finds or makes a group by the names of the channels.
func (w *Worker) group(r *record.Record) *ownedGroup {
	w.channels = w.channels[:0]
	for i := range r.Channels {
		w.channels = append(w.channels, r.Channels[i].Name)
	}
	slices.Sort(w.channels)
	w.channels = slices.Compact(w.channels)
	name := groupName(w.j, r.Device, w.channels)
	g := w.groups[name]
	if g == nil && len(w.groups) == maxGroups {
		w.tally.unscored++
		return nil
	}
	if g == nil {
		g = w.addGroup(newGroup(w.j, name, cloneAll(w.channels)))
	}
	return g
}

func (w *Worker) addGroup(made *group) *ownedGroup {
	g := &ownedGroup{group: made}
	g.entity = entity{key: "g/" + made.name, at: -1, state: groupState{made, w.j}}
	w.groups[made.name] = g
	return g
}

func cloneAll(s []string) []string {
	c := make([]string, len(s))
	for i := range s {
		c[i] = strings.Clone(s[i])
	}
	return c
}

// tick lets every device see that time has passed.
func (w *Worker) tick(m Message, t tick, emit Emit) {
	origin := record.Origin{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset}
	for _, name := range w.names {
		d := w.devices[name]
		if !d.takes(m.Offset) {
			continue
		}
		if w.watch(d.device, origin, t, emit) {
			w.queue.touch(&d.entity, m.Offset, w.stamp)
		}
	}
}

// Restore takes a snapshot; committed is the group's committed offset, which no snapshot may be ahead of. It says
// whether the snapshot was taken: one that is older than what is known already is not.
func (w *Worker) Restore(key string, blob []byte, committed int64) (taken bool, err error) {
	covers, r, err := openSnapshot(key, blob, committed)
	if err != nil {
		return false, err
	}
	kind, name, _ := strings.Cut(key, "/")
	switch kind {
	case "d":
		d := w.device(name)
		if covers < d.covers {
			return false, nil // left behind by a stalled instance
		}
		*d.device = *newDevice(d.name)
		deviceState{d.device, w.j}.readState(r)
		d.covers = covers
	case "g":
		if old := w.groups[name]; old != nil && covers < old.covers {
			return false, nil
		}
		w.addGroup(readGroup(r, w.j, name)).covers = covers
	case "clock":
		if w.clock != nil {
			w.clock.now.read(r)
			w.clock.past, w.clock.stored = w.clock.past[:0], bytes.Clone(blob)
		} else {
			r.b = nil // of a former fused layout; the log carries ticks
		}
	default:
		return false, fmt.Errorf("snapshot %q is of no kind that this labwatch knows", key)
	}
	if err := r.done(); err != nil {
		return false, fmt.Errorf("read snapshot of %q: %w", key, err)
	}
	return true, nil
}

// Checkpoint puts the snapshots that are due. Next is the offset after the last message; the redo point that is
// returned must be committed with it.
func (w *Worker) Checkpoint(now, next int64, budget Budget, put func(key string, blob []byte)) (redo int64) {
	w.stamp = now
	redo = w.queue.drain(now, next, budget, put)
	if w.clock != nil {
		if at, moved := w.clock.rewind(redo); moved {
			e := entity{key: clockKey, covers: redo, state: at}
			w.clock.stored = e.snapshot()
			put(clockKey, w.clock.stored)
		}
	}
	return redo
}

// clockKey is the key of the clock's snapshot.
const clockKey = "clock/"

// Refresh puts snapshots of these entities again as they are, where a store wants to give up the older ones. Those
// that are dirty are left out: they will be due anyway.
func (w *Worker) Refresh(keys []string, put func(key string, blob []byte)) {
	for _, key := range keys {
		kind, name, _ := strings.Cut(key, "/")
		switch {
		case kind == "d" && w.devices[name] != nil && !w.devices[name].queued:
			put(key, w.devices[name].snapshot())
		case kind == "g" && w.groups[name] != nil && !w.groups[name].queued:
			put(key, w.groups[name].snapshot())
		case key == clockKey && w.clock != nil && w.clock.stored != nil:
			put(key, w.clock.stored)
		}
	}
}

// Committed says that everything emitted since the last call is committed: only now it is counted.
func (w *Worker) Committed(now int64) {
	w.j.Metrics.add(&w.tally)
	w.j.Metrics.arrivals(now, w.arrived)
	w.tally, w.arrived = tally{}, w.arrived[:0]
	w.Show(now)
}

// Snapshots gives every entity and the clock as a snapshot of this moment would be, in no particular order. It changes
// nothing and is for those who compare states.
func (w *Worker) Snapshots(f func(key string, blob []byte)) {
	for _, d := range w.devices {
		f(d.key, d.snapshot())
	}
	for _, g := range w.groups {
		f(g.key, g.snapshot())
	}
	if w.clock != nil {
		e := entity{key: clockKey, covers: w.clock.now.offset, state: w.clock.now}
		f(clockKey, e.snapshot())
	}
}
