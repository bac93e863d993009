package alerts

import (
	"testing"

	"labwatch/record"
)

func TestID(t *testing.T) {
	origin := record.Origin{Topic: "lab.results", Partition: 3, Offset: 41, Index: 2}
	id := NewID(origin, "zmean", "XYZ", "2345-7")
	// Computed once with Python's hashlib; see the comment of NewID for the bytes.
	if want := "899d9abc6e5071a5e84839150921a9d5"; id.String() != want {
		t.Errorf("got %s, want %s", id, want)
	}
	others := []ID{
		NewID(record.Origin{Topic: "lab.results", Partition: 2, Offset: 41, Index: 2}, "zmean", "XYZ", "2345-7"),
		NewID(record.Origin{Topic: "lab.results", Partition: 3, Offset: 40, Index: 2}, "zmean", "XYZ", "2345-7"),
		NewID(record.Origin{Topic: "lab.results", Partition: 3, Offset: 41, Index: 1}, "zmean", "XYZ", "2345-7"),
		NewID(record.Origin{Topic: "lab.result", Partition: 3, Offset: 41, Index: 2}, "zmean", "XYZ", "2345-7"),
		NewID(origin, "ks", "XYZ", "2345-7"),
		NewID(origin, "zmean", "XY", "Z2345-7"),
		NewID(origin, "zmeanX", "YZ", "2345-7"),
		NewID(origin, "zmean", "XYZ", ""),
	}
	for i, o := range others {
		if o == id {
			t.Errorf("other %d has the same id", i)
		}
	}
}
