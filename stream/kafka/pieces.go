package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// pieceBytes is the most that one record of the snapshot topic holds of a snapshot, in bytes. A larger snapshot is written in
// pieces: the client takes no batch above 1,000,012 bytes before compression, a topic none above 1,048,588 after it unless
// somebody raised max.message.bytes, which on a site's Kafka is not ours to do. A device has hundreds of tests and controls
// where an analyser is large, 5 to 7 kB each.
const pieceBytes = 900_000

// Pieces stand in the topic one after the other, each under a key of its own so that compaction keeps them all, and behind
// them, under the snapshot's key, a record that names them:
//
//	p/0/d/analyser-1   255 | checksum 8 | bytes 0 to 900,000 of the snapshot
//	p/1/d/analyser-1   255 | checksum 8 | the rest
//	d/analyser-1       255 | checksum 8 | length of the snapshot
//
// The checksum is CRC-64 (ECMA-182) over the whole snapshot. All are of one transaction, so they are there or are not. A
// snapshot that takes fewer pieces than the one before leaves some of that behind; nobody names those. 255 stands where
// a snapshot has its version, so a labwatch that knows no pieces refuses them as those of a newer one.
const (
	pieceKind = "p/"
	inPieces  = 0xff
	pieceHead = 1 + crc64.Size
)

// stored is a record of the snapshot topic.
type stored struct {
	key   string
	value []byte
}

// pieces are the records that hold a snapshot; one if it is small, or nil.
func pieces(key string, blob []byte) []stored {
	if len(blob) <= pieceBytes {
		return []stored{{key, blob}}
	}
	head := binary.BigEndian.AppendUint64([]byte{inPieces}, checksum(blob))
	var all []stored
	for piece := range slices.Chunk(blob, pieceBytes) {
		all = append(all, stored{pieceKind + strconv.Itoa(len(all)) + "/" + key, slices.Concat(head, piece)})
	}
	return append(all, stored{key, binary.AppendUvarint(head, uint64(len(blob)))})
}

func checksum(blob []byte) uint64 { return crc64.Checksum(blob, crc64.MakeTable(crc64.ECMA)) }

// errPieces says that a record names pieces that do not stand before it, and that no newer snapshot came behind it.
var errPieces = errors.New("its pieces are not all there")

// joiner puts pieces together as they come out of the topic, one snapshot at a time. Records of others between them, such
// as a sentinel, are not shown to it.
type joiner struct {
	held
	lacks map[string]int64 // offsets of records whose pieces are gone, by key
}

// held is what was read of a snapshot.
type held struct {
	key   string
	head  []byte // nil: no piece is held
	count int
	blob  []byte
	first int64
}

// take returns the snapshot that a record completes and the offset at which that begins, or that it completes none.
// Compaction goes on from time to time and ends somewhere: then it has taken the pieces of a snapshot, because newer ones stand
// behind, and not yet the record that names them. So pieces may be lacking as long as a newer snapshot follows.
func (j *joiner) take(r *kgo.Record) (s stored, first int64, whole bool, err error) {
	key := string(r.Key)
	if piece, ok := strings.CutPrefix(key, pieceKind); ok {
		number, of, _ := strings.Cut(piece, "/")
		n, err := strconv.Atoi(number)
		if err != nil || len(r.Value) < pieceHead || r.Value[0] != inPieces {
			return stored{}, 0, false, fmt.Errorf("%q at offset %d is no piece of a snapshot", key, r.Offset)
		}
		j.add(n, of, r)
		return stored{}, 0, false, nil
	}
	h := j.held
	j.held = held{}
	switch {
	case len(r.Value) == 0 || r.Value[0] != inPieces:
		s, first = stored{key, r.Value}, r.Offset
	case h.isWhole(key, r.Value):
		s, first = stored{key, h.blob}, h.first
	default:
		if j.lacks == nil {
			j.lacks = map[string]int64{}
		}
		j.lacks[key] = r.Offset
		return stored{}, 0, false, nil
	}
	delete(j.lacks, key)
	return s, first, true, nil
}

// isWhole says whether what is held is the snapshot that a record under key names.
func (h *held) isWhole(key string, names []byte) bool {
	if len(names) <= pieceHead || h.key != key || !bytes.Equal(h.head, names[:pieceHead]) {
		return false
	}
	length, _ := binary.Uvarint(names[pieceHead:])
	return uint64(len(h.blob)) == length && checksum(h.blob) == binary.BigEndian.Uint64(h.head[1:])
}

// lacking is what must be said at the end of the topic.
func (j *joiner) lacking() error {
	if len(j.lacks) == 0 {
		return nil
	}
	key := slices.Min(slices.Collect(maps.Keys(j.lacks)))
	return fmt.Errorf("read snapshot of %q at offset %d: %w", key, j.lacks[key], errPieces)
}

// add takes the n-th piece of a snapshot. One that does not follow what is held was left behind by compaction, when the
// snapshot that named it had been replaced.
func (j *joiner) add(n int, of string, r *kgo.Record) {
	switch {
	case n == 0:
		j.held = held{key: of, head: bytes.Clone(r.Value[:pieceHead]), first: r.Offset}
	case n != j.count || of != j.key || !bytes.Equal(j.head, r.Value[:pieceHead]):
		j.held = held{}
		return
	}
	j.count++
	j.blob = append(j.blob, r.Value[pieceHead:]...)
}
