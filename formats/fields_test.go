package formats

import "testing"

func TestHeads(t *testing.T) {
	for f := unknown + 1; f < fieldCount; f++ {
		if head := heads[f]; len(head) < 4 || fieldOf(head[1:len(head)-2]) != f || head != `"`+head[1:len(head)-2]+`":` {
			t.Errorf("the head of field %d is %s", f, head)
		}
	}
}
