package kafka

import (
	"errors"

	"labwatch/stream"
)

// broken judges an error of the worker at the message at offset. Local state that cannot be used is dropped, and the next
// session rebuilds it from Kafka. When that does not help, the disk is given up: then all is read at once, and what Kafka
// itself holds wrong is found and said, in place of a session after the other. Any other error would come again in every
// session.
func (j *Judge) broken(at place, offset int64, err error) error {
	if err == nil || !errors.Is(err, stream.ErrStored) || j.keep.store == nil {
		return lasting(err)
	}
	j.keep.flushAll()
	if !j.keep.works() { // it may still be writing; the next session does not read it
		return err
	}
	dropErr := j.keep.drop(at.partition)
	j.mu.Lock()
	before, again := j.rebuilt[at]
	j.rebuilt[at] = offset
	j.mu.Unlock()
	if err = errors.Join(err, dropErr); dropErr != nil || again && before == offset {
		j.keep.giveUp(err)
	}
	return err
}
