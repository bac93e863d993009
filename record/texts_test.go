package record

import (
	"bytes"
	"testing"
)

// Room that is full, or too small for a text, touches no text that was made before.
func TestTextsStay(t *testing.T) {
	var texts Texts
	var made []string
	const longest = textsRoom / 4 // of those that share
	sizes := []int{1, 300, 0, longest, longest, longest, longest - 301, 1, longest, longest + 1, textsRoom, textsRoom + 1, 5, 3 * textsRoom, 300}
	message := make([]byte, 3*textsRoom) // used again, as the payloads of messages are
	for i, n := range sizes {
		b := message[:n]
		copy(b, bytes.Repeat([]byte{byte('a' + i)}, n))
		made = append(made, texts.Copy(b))
	}
	for i, n := range sizes {
		if made[i] != string(bytes.Repeat([]byte{byte('a' + i)}, n)) {
			t.Errorf("text %d of %d bytes has changed", i, n)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { texts.Copy(message[:300]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A long text takes memory of its own and leaves the room to the others.
func TestTextsKeepTheirRoom(t *testing.T) {
	var texts Texts
	texts.Copy(make([]byte, 300))
	long := bytes.Repeat([]byte{'b'}, textsRoom-299) // one byte more than is left
	if texts.Copy(long) != string(long) || texts.room.Len() != 300 {
		t.Errorf("%d bytes of the room are in use, want 300", texts.room.Len())
	}
	if allocated := testing.AllocsPerRun(100, func() { texts.Copy(long); texts.Copy(long[:20]) }); allocated != 1 {
		t.Errorf("%v allocations for a long text and a short one, want 1", allocated)
	}
}
