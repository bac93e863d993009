package detectors

// Former is what counts as normal, in bytes for RollBack, before a Reset drops it: the reference with its spacing and its
// runs, or the values that there are before the first. The readings of the time at hand are not in it, neither the window
// of the newest nor the block behind a reference: at most 8 bytes a value of Size and some 60 more. Nil before MinN values.
func (b *Baseline) Former() []byte {
	if !b.anchored() && b.momN == 0 {
		return nil
	}
	f := *b
	f.held, f.recent = false, newWindow(0)
	if f.anchored() {
		f.block, f.blockAt, f.skipped = numbers{}, 0, 0
	}
	out, _ := f.MarshalBinary() // which writes memory and never fails
	return out
}

// RollBack takes back a Reset: what Former wrote counts as normal again, bit for bit, in place of all that was learned
// since. Values from before the time at (nanoseconds since 1970 UTC) that arrive late are not learned. The windows of the
// baseline and of its detectors begin anew, so that no score speaks of readings from before. A hold ends. After an error
// nothing has changed.
func (b *Baseline) RollBack(former []byte, at int64) error {
	n := Baseline{cfg: b.cfg, phase: b.phase, recent: newWindow(b.recent.size())}
	if err := n.UnmarshalBinary(former); err != nil {
		return err
	}
	n.notBefore, n.version, n.resets = at, b.version+1, b.resets+1
	*b = n
	return nil
}
