package stream

import (
	"cmp"
	"container/list"
	"slices"
	"strings"

	"labwatch/record"
)

// ownedDevice is a device of this partition: its card, and what it has learned unless that lies on disk.
type ownedDevice struct {
	entity
	card
	touched bool // since its memory and its summary were looked at
	partial bool // only the card waits for a snapshot
	held    *held
}

// held is the part of a device that gives its memory back when it is evicted.
type held struct {
	*device
	place  *list.Element // among those in memory, the last used in front, as of checkpoints
	size   int64         // in bytes, when it was looked at last
	usedAt int64         // the checkpoint before it came there
	covers int64         // of the snapshot that it was read from, until it is checked against the card

	group    *ownedGroup // of its last telemetry reading,
	channels []string    // which had these channels, as they were written
}

type ownedGroup struct {
	entity
	*group
}

func (e *entity) base() *entity { return e }

// device finds or makes a device.
func (w *Worker) device(name string) *ownedDevice {
	d := w.devices[name]
	if d == nil {
		d = &ownedDevice{card: card{name: strings.Clone(name), learned: noLearned}}
		w.devices[d.name] = d
		w.order = append(w.order, d)
	}
	return d
}

// byName is all devices in the order of their names. New ones are sorted in when somebody asks.
func (w *Worker) byName() []*ownedDevice {
	if w.sorted < len(w.order) {
		slices.SortFunc(w.order, func(a, b *ownedDevice) int { return cmp.Compare(a.name, b.name) })
		w.sorted = len(w.order)
	}
	return w.order
}

// touch notes that the message at offset changes a device that is held.
func (w *Worker) touch(d *ownedDevice, offset int64) {
	d.partial = false
	w.queue.touch(d, offset, w.stamp)
	w.look(d)
}

// touchCard notes that the message at offset changes no more than the card.
func (w *Worker) touchCard(d *ownedDevice, offset int64) {
	if !d.queued {
		d.partial = true
	}
	w.queue.touch(d, offset, w.stamp)
}

// bytes is the memory that is given back when d is evicted.
func (d *ownedDevice) bytes() int64 {
	if d.held == nil {
		return 0
	}
	return d.held.size
}

// put writes the card and, unless only that has changed, what the device has learned.
func (d *ownedDevice) put(w *Worker, put func(key string, blob []byte)) {
	if !d.partial {
		if d.held == nil { // forgotten
			put(deviceKind+d.name, nil)
		} else {
			d.learned = d.covers
			put(deviceKind+d.name, w.snapshot(d.covers, deviceState{d.held.device, w.j}))
		}
	}
	w.summarise(d)
	d.saved = w.memory.checkpoint
	put(cardKind+d.name, w.snapshot(d.covers, &d.card))
}

func (g *ownedGroup) bytes() int64 { return 0 } // groups stay in memory

func (g *ownedGroup) put(w *Worker, put func(key string, blob []byte)) {
	g.saved = w.memory.checkpoint
	put(groupKind+g.name, w.snapshot(g.covers, groupState{g.group, w.j}))
}

// groupOf finds or makes the group of a telemetry reading. A device sends the same channels again and again, so its
// last group is most often the right one.
func (w *Worker) groupOf(d *ownedDevice, r *record.Record) *ownedGroup {
	h := d.held
	if h == nil { // a redo that its snapshot contains
		return w.group(r)
	}
	same := slices.EqualFunc(h.channels, r.Channels, func(name string, c record.Channel) bool { return name == c.Name })
	if !same || h.group == nil {
		h.group = w.group(r)
	}
	if !same {
		h.channels = h.channels[:0]
		for i := range r.Channels {
			h.channels = append(h.channels, cloned(r.Channels[i].Name))
		}
	}
	return h.group
}

// maxGroups bounds the groups of a partition. A device that leaves out now this channel and now that makes a group of
// each set, none of which would ever learn enough; readings beyond the bound are judged channel by channel only.
const maxGroups = 64

// maxGroupChannels bounds the vectors of a group, which is one snapshot, written whole whenever it is due: by default a forest
// takes 8.4 kB a channel, for 64 of them 0.6 MB beside its members. Devices with more are judged channel by channel only.
const maxGroupChannels = 64

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
	if g == nil && (len(w.groups) == maxGroups || len(w.channels) > maxGroupChannels) {
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
