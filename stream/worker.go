package stream

import (
	"container/list"
	"fmt"
	"sync/atomic"

	"labwatch/alerts"
	"labwatch/detectors"
	"labwatch/record"
)

// Worker judges one partition of the log, or of a fused topic. One goroutine uses it, so it has no locks; only Fleet
// may be called by others.
type Worker struct {
	j       *Judging
	intake  *Intake // of a fused topic; nil: messages are entries of the log
	clock   *clock  // of input without ticks
	publish publisher

	listening *clock // by which devices are forgotten; nil: never

	devices map[string]*ownedDevice
	order   []*ownedDevice // all of them, by name once sorted; ticks go through them in this order
	sorted  int            // so many of order are sorted
	groups  map[string]*ownedGroup
	memory  memory
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
	texts    record.Texts
	scores   []record.Score
	opinions []opinion
	standing detectors.Standing // of the reading at hand
	heeded   bool               // the verdict at hand has changed something of its device
	vector   []float64
	channels []string
	name     []byte // of what was measured
	timed    bool
	muted    bool  // the message at hand is worked again: nothing is said, so nothing is written down either
	heardAt  int64 // when the reading at hand was heard: of the log its entry's timestamp, which no instrument sets
	horizon  int64 // a time that lies far beyond it is a mistake, for all that the reading at hand can tell
	state    alerts.State
	fetched  uint64 // means nothing, see fetch
	blob     []byte // room in which each snapshot is written before it is copied
}

// NewWorker makes the empty worker of one partition. An intake makes it a fused one: it reads raw messages and makes
// ticks from their arrival times. Without it, it reads the log.
func NewWorker(j *Judging, intake *Intake, seal Seal) *Worker {
	w := &Worker{j: j, intake: intake, publish: publisher{seal: seal}, listening: newListening(j.ForgetAfter),
		devices: map[string]*ownedDevice{}, groups: map[string]*ownedGroup{}, memory: memory{used: list.New()}}
	if intake != nil {
		w.clock = &clock{interval: int64(j.TickInterval), gap: int64(max(j.Alerts.Silent.After, 3*j.TickInterval))}
	}
	return w
}

// Process takes the next message. A nil emit mutes it: state changes exactly as it would, and nothing is said or
// counted. An error means that the log holds what it cannot hold, or that stored state cannot be read; the caller must
// stop before it saves anything.
func (w *Worker) Process(m Message, emit Emit) error {
	w.muted = emit == nil
	// One record in 64 is timed, which shows where time goes and costs next to none.
	w.worked++
	w.timed = !w.muted && w.worked%64 == 0
	if err := w.restored(); err != nil {
		return err
	}
	work := w.processEntry
	if w.intake != nil {
		work = w.processRaw
	}
	if err := work(m, emit); err != nil {
		return err
	}
	if w.muted {
		w.tally = tally{}
		w.arrived = w.arrived[:0]
	}
	return nil
}

func (w *Worker) processEntry(m Message, emit Emit) error {
	if err := w.rec.UnmarshalString(w.texts.Copy(m.Value)); err != nil {
		return fmt.Errorf("read log entry at offset %d of %s/%d: %w", m.Offset, m.Topic, m.Partition, err)
	}
	if w.rec.Kind == record.Tick {
		return w.tick(m, tick{at: w.rec.Arrived, since: w.rec.Time}, emit)
	}
	w.heardAt = m.At
	if m.At == 0 {
		w.heardAt = w.rec.Arrived
	}
	return w.judge(&w.rec, m.Offset, emit)
}

func (w *Worker) processRaw(m Message, emit Emit) (err error) {
	w.intake.read(m,
		func(r *record.Record) {
			if err != nil {
				return
			}
			if t, due := w.clock.advance(m.Offset, r.Arrived); due {
				if err = w.tick(m, t, emit); err != nil {
					return
				}
			}
			w.heardAt = r.Arrived
			err = w.judge(r, m.Offset, emit)
		},
		func(reason *record.Reject) {
			w.tally.reject(reason.Code)
			if !w.muted {
				emit(w.publish.reject(m, reason))
			}
		})
	return err
}

// judge scores one reading, learns it, decides, and publishes it with its scores.
func (w *Worker) judge(r *record.Record, offset int64, emit Emit) error {
	w.scores, w.standing, w.heeded = w.scores[:0], detectors.Standing{}, false
	d := w.device(r.Device)
	publish := true
	if d.takes(offset) {
		known, err := w.hold(d)
		if err != nil {
			return err
		}
		w.touch(d, offset)
		publish = w.judgeDevice(known, r, emit)
	}
	if r.Kind == record.Telemetry && len(w.j.Plan.Group) > 0 {
		if g := w.groupOf(d, r); g != nil && g.takes(offset) {
			w.queue.touch(g, offset, w.stamp)
			w.judgeGroup(g.group, r, emit)
		}
	}
	if r.Kind == record.Event && r.EventType == record.RetiredEvent {
		w.leaveGroups(r, offset, emit)
	}
	if r.Alert() != "" && !w.heedGroups(r, offset, emit) && publish && !w.heeded {
		w.tally.idleVerdicts++
	}
	w.arrived = append(w.arrived, r.Arrived)
	if !publish {
		w.tally.duplicates++
		return nil
	}
	w.tally.standardized++
	w.tally.flag(r.Flags)
	if !w.muted {
		emit(w.publish.record(r, w.scores, published(w.standing)))
	}
	return nil
}

// tick lets every device see that time has passed.
func (w *Worker) tick(m Message, t tick, emit Emit) error {
	origin := record.Origin{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset}
	forgets := w.listens(m.Offset, t.at)
	for _, d := range w.byName() {
		if !d.takes(m.Offset) {
			continue
		}
		if forgets && w.expired(&d.card, t.at) {
			if err := w.forget(d, m.Offset, origin, t.at, emit); err != nil {
				return err
			}
			continue
		}
		if w.watch(&d.card, origin, t, emit) {
			w.touchCard(d, m.Offset)
		}
	}
	if forgets {
		w.leaveAtTick(m.Offset, origin, t.at, emit)
	}
	return nil
}

// Reuse says that nobody holds an output any more that was emitted before: their bytes may be written over.
func (w *Worker) Reuse() { w.publish.slab.reuse() }

// Committed says that everything emitted since the last call is committed: only now it is counted. Now is in nanoseconds
// since 1970 UTC, as arrivals are.
func (w *Worker) Committed(now int64) {
	w.j.Metrics.add(&w.tally)
	w.j.Metrics.arrivals(now, w.arrived)
	w.j.Metrics.memory(&w.memory.now)
	w.tally, w.arrived, w.memory.now = tally{}, w.arrived[:0], memoryUse{}
	w.Fit()
}
