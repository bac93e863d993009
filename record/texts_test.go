package record

import (
	"bytes"
	"testing"
)

// Room that is full, or too small for a text, touches no text that was made before.
func TestTextsStay(t *testing.T) {
	var texts Texts
	var made []string
	sizes := []int{1, 300, 0, textsRoom - 301, 1, textsRoom, textsRoom + 1, 5, 3 * textsRoom, 300}
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
