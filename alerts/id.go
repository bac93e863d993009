package alerts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"labwatch/record"
)

// ID names an alert. It is made from what opened it, so that the same alert has the same ID after a restart,
// in a replay and on another instance, and a repeat can be recognised.
type ID [16]byte

// String is the ID as 32 hexadecimal digits, the form that is published.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// NewID names the alert of a rule over a series of a device that the record from origin opened.
// It is SHA-256 over the length-prefixed fields, cut to 128 bits: 2^64 alerts would be needed for an even
// chance of one clash.
func NewID(origin record.Origin, rule, device, series string) ID {
	b := make([]byte, 0, 256)
	b = appendField(b, "labwatch.alert.id/1") // keeps these hashes apart from all others
	b = appendField(b, origin.Topic)
	b = binary.BigEndian.AppendUint32(b, uint32(origin.Partition))
	b = binary.BigEndian.AppendUint64(b, uint64(origin.Offset))
	b = binary.BigEndian.AppendUint32(b, uint32(origin.Index))
	b = appendField(b, rule)
	b = appendField(b, device)
	b = appendField(b, series)
	sum := sha256.Sum256(b)
	return ID(sum[:16])
}

// appendField writes the length before the text, so that ("ab", "c") and ("a", "bc") differ.
func appendField(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
