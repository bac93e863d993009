package main

// sabotages are the deliberate mistakes that a labwatch built with the tag "sabotage" can be told to make by the
// variable LABWATCH_SABOTAGE. Each must be caught, or the checker proves nothing. Kinds and way are those in which the
// mistake does harm soonest: a restore that ends too early needs one that has nothing to read from the local disk, and
// an instance that commits while the transaction of its dead predecessor still is open, which the log of the
// sequenced way prevents.
var sabotages = []struct {
	name  string
	what  string
	kinds []kind
	fused bool
}{
	{"offsets_outside", "offsets are committed before the transaction and not in it", []kind{kill}, false},
	{"snapshots_outside", "snapshots are written at once and not in the transaction", []kind{kill}, false},
	{"replay_unmuted", "a recovery says again what it works again", []kind{kill}, false},
	{"replay_in_group", "a recovery works again through the group's session, which goes back to the redo point", []kind{kill}, false},
	{"disk_first", "the local disk is written before the commit", []kind{kill}, false},
	{"restore_to_lso", "a restore ends where the oldest open transaction begins", []kind{stateDeleted}, true},
}

func sabotageNames() []string {
	var names []string
	for _, s := range sabotages {
		names = append(names, s.name)
	}
	return names
}

// applySabotage chooses the faults, unless they were chosen, and the way.
func (s *settings) applySabotage() {
	for _, m := range sabotages {
		if m.name != s.sabotage {
			continue
		}
		if len(s.kinds) == 0 {
			s.kinds = m.kinds
		}
		s.fused = s.fused || m.fused
	}
}
