package record

import "strings"

// Texts makes strings out of the bytes of messages. They lie one behind another in common room, so that a message costs
// no allocation of its own; whoever keeps one of them keeps all of that room, and so must clone what outlives its message.
// The zero value is ready. It serves one goroutine.
type Texts struct{ room strings.Builder }

// textsRoom is how much is allocated at once, in bytes: some hundred messages.
const textsRoom = 32 << 10

// Copy is b as a string.
func (t *Texts) Copy(b []byte) string {
	if len(b) > textsRoom/4 {
		return string(b) // or every long one would throw away what is left of the room, and pay for it all the same
	}
	if t.room.Cap()-t.room.Len() < len(b) {
		t.room.Reset() // the strings that were made keep theirs
		t.room.Grow(textsRoom)
	}
	start := t.room.Len()
	t.room.Write(b)
	return t.room.String()[start:]
}
