package state

import "encoding/binary"

// The layout of keys. The first byte tells the spaces apart; partitions are big-endian, so that the entries of one
// lie together, in the order of their keys' bytes.
//
//	0 "schema"              version of this layout, decimal
//	0 "identity"            whose state this is, as the caller named it
//	1 partition             head: the position and the digest of the partition's entries
//	2 partition key         entry: the index, with small blobs in it
//	3 partition key         blob of an entry whose blob lies apart
//	4 number                nothing, see rotate
const (
	metaSpace  = 0
	headSpace  = 1
	entrySpace = 2
	blobSpace  = 3

	fillerSpace = 4
)

// schema is the version of the layout and of the codec of entries and heads. Raise it with any change to them.
const schema = 2

func schemaKey() []byte   { return append([]byte{metaSpace}, "schema"...) }
func identityKey() []byte { return append([]byte{metaSpace}, "identity"...) }

func headKey(partition int32) []byte {
	return binary.BigEndian.AppendUint32([]byte{headSpace}, uint32(partition))
}

// headPartition is the inverse of headKey.
func headPartition(key []byte) (partition int32, ok bool) {
	if len(key) != 5 || key[0] != headSpace {
		return 0, false
	}
	return int32(binary.BigEndian.Uint32(key[1:])), true
}

const entryPrefixSize = 5

func entryPrefix(partition int32) []byte {
	return binary.BigEndian.AppendUint32([]byte{entrySpace}, uint32(partition))
}

func entryKey(partition int32, key string) []byte { return append(entryPrefix(partition), key...) }

func blobPrefix(partition int32) []byte {
	return binary.BigEndian.AppendUint32([]byte{blobSpace}, uint32(partition))
}

func blobKey(partition int32, key string) []byte { return append(blobPrefix(partition), key...) }
