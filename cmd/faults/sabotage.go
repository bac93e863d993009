package main

// sabotages are the deliberate mistakes that a labwatch built with the tag "sabotage" can be told to make by the
// variable LABWATCH_SABOTAGE. Each must be caught, or the checker proves nothing. Kinds and way are those in which the
// mistake does harm soonest: in the fused way an instance goes on at once after a kill, while the log of the sequenced
// way waits for the transaction of the dead to time out, and a restore that ends too early must not find everything on
// the local disk.
var sabotages = []struct {
	name  string
	what  string
	kinds []kind
	fused bool
}{
	{"offsets_outside", "offsets are committed before the transaction and not in it", []kind{kill}, false},
	{"snapshots_outside", "snapshots are written at once and not in the transaction", []kind{kill}, true},
	{"replay_unmuted", "a recovery says again what it works again", []kind{kill}, false},
	{"replay_in_group", "a recovery works again through the group's session, which goes back to the redo point", []kind{kill}, false},
	{"disk_first", "the local disk is written before the commit", []kind{kill}, true},
	{"restore_to_lso", "a restore ends where the oldest open transaction begins", []kind{stateDeleted}, true},
}

func sabotageNames() []string {
	var names []string
	for _, s := range sabotages {
		names = append(names, s.name)
	}
	return names
}

// applySabotage chooses the faults and their pace, unless they were chosen, and the way. A kill must fall into the moment
// that a mistake leaves open, so there are many.
func (s *settings) applySabotage() {
	for _, m := range sabotages {
		if m.name != s.sabotage {
			continue
		}
		if len(s.kinds) == 0 {
			s.kinds = m.kinds
		}
		if s.pause == usualPause {
			s.pause = quickPause
		}
		s.fused = s.fused || m.fused
	}
}
