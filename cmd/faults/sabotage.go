package main

// sabotages are the deliberate mistakes that a labwatch built with the tag "sabotage" can be told to make by the
// variable LABWATCH_SABOTAGE. Each must be caught, or the checker proves nothing. Kinds are the faults under which the
// mistake does harm soonest.
var sabotages = []struct {
	name  string
	what  string
	kinds []kind
}{
	{"offsets_outside", "offsets are committed before the transaction and not in it", []kind{kill}},
	{"snapshots_outside", "snapshots are written at once and not in the transaction", []kind{kill}},
	{"replay_unmuted", "a recovery says again what it works again", []kind{kill}},
	{"replay_in_group", "a recovery works again through the group's session, which goes back to the redo point", []kind{kill}},
	{"disk_first", "the local disk is written before the commit", []kind{kill}},
	{"restore_to_lso", "a restore ends where the oldest open transaction begins", []kind{stateDeleted}},
}

func sabotageNames() []string {
	var names []string
	for _, s := range sabotages {
		names = append(names, s.name)
	}
	return names
}

// applySabotage chooses the faults, unless they were chosen.
func (s *settings) applySabotage() {
	for _, m := range sabotages {
		if m.name == s.sabotage && len(s.kinds) == 0 {
			s.kinds = m.kinds
		}
	}
}
