package kafka

import "labwatch/stream"

// diskBatch gathers snapshots on their way from Kafka to the disk.
type diskBatch struct {
	keep      *keeper
	partition int32
	keys      []string
	blobs     [][]byte
	bytes     int
}

// batchBytes are written to the disk at once: many enough for it, few enough for memory.
const batchBytes = 4 << 20

func (b *diskBatch) add(e stream.Entry) {
	b.keys, b.blobs = append(b.keys, e.Key), append(b.blobs, e.Blob)
	b.bytes += len(e.Key) + len(e.Blob)
}

// write makes everything up to position known to the disk. Failing that, the disk is given up, and the next session
// holds everything in memory.
func (b *diskBatch) write(position int64) error {
	if err := b.keep.writeNow(b.partition, position, b.keys, b.blobs); err != nil {
		b.keep.giveUp(err)
		return err
	}
	clear(b.blobs)
	b.keys, b.blobs, b.bytes = b.keys[:0], b.blobs[:0], 0
	return nil
}
