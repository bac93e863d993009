package main

import (
	"testing"

	"labwatch/cmd/rig"
)

// TestRunbooksNameCauses asks every runbook that make ops leads to. One that lists other causes only must not do.
func TestRunbooksNameCauses(t *testing.T) {
	root, err := rig.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults() {
		if err := namesCause(root, f); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
	}
	for _, f := range []fault{
		{rule: "LabwatchBrokerUnreachable", cause: "kcat"},        // how to tell, not why
		{rule: "LabwatchBrokerUnreachable", cause: "unreachable"}, // its title
		{rule: "LabwatchDown", cause: "wrong password"},           // another one's cause
		{rule: "LabwatchNothing", cause: "nothing"},
	} {
		if namesCause(root, f) == nil {
			t.Errorf("%s was taken to list the cause %q", f.rule, f.cause)
		}
	}
}
