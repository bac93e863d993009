package kafka

import (
	"container/list"
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
)

// trim keeps the snapshot topic of the embedded broker from growing for ever. There is no compaction there (it can
// lose a committed key while a transaction is open), so what nobody needs is deleted from the front: everything before
// the oldest of the newest snapshots. An idle device would pin that front; when the topic holds several times more
// than it needs, the devices at the front are snapshotted again.
type trim struct {
	newest  map[string]*list.Element // by key
	order   *list.List               // of trimEntry, by offset
	end     int64                    // offset after the newest snapshot
	deleted int64                    // what is before this has been deleted, or is being
}

type trimEntry struct {
	key    string
	offset int64
}

const (
	// trimSlack times the live snapshots may be in the topic before the front is moved by force.
	trimSlack = 4
	// trimLeast snapshots are always kept, so that a small bench does not copy its few devices all the time.
	trimLeast = 1000
	// trimBatch snapshots at most are written again in one commit.
	trimBatch = 20
)

func newTrim() *trim { return &trim{newest: map[string]*list.Element{}, order: list.New()} }

// note takes a committed snapshot. Offsets of one partition grow, so the order is kept by appending.
func (t *trim) note(key string, offset int64) {
	if e := t.newest[key]; e != nil {
		t.order.Remove(e)
	}
	t.newest[key] = t.order.PushBack(trimEntry{key, offset})
	t.end = max(t.end, offset+1)
}

// stale names the keys to be snapshotted again, those at the front first.
func (t *trim) stale() (keys []string) {
	if len(t.newest) == 0 {
		return nil
	}
	allowed := int64(max(trimSlack*len(t.newest), trimLeast))
	for e := t.order.Front(); e != nil && len(keys) < trimBatch; e = e.Next() {
		entry := e.Value.(trimEntry)
		if t.end-entry.offset <= allowed {
			break
		}
		keys = append(keys, entry.key)
	}
	return keys
}

// front is the offset before which nothing is needed, and whether it is worth deleting up to there.
func (t *trim) front() (offset int64, worth bool) {
	if t.order.Len() == 0 {
		return 0, false
	}
	offset = t.order.Front().Value.(trimEntry).offset
	return offset, offset-t.deleted >= trimLeast
}

// trim deletes what nobody needs from the front of a snapshot partition, aside of the loop. If it fails, the next one
// deletes more.
func (j *Judge) trim(partition int32, t *trim) {
	front, worth := t.front()
	if !worth {
		return
	}
	t.deleted = front
	j.trims.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), j.env.SessionTimeout)
		defer cancel()
		var offsets kadm.Offsets
		offsets.Add(kadm.Offset{Topic: j.env.Topics.Snapshots, Partition: partition, At: front})
		deleted, err := j.admin.DeleteRecords(ctx, offsets)
		if err == nil {
			err = deleted.Error()
		}
		if err != nil {
			j.env.Log.Warn().Err(err).Int32("partition", partition).Msg("old snapshots were not deleted; later ones will be")
		}
	})
}
