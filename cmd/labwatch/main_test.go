package main

import (
	"os"
	"testing"
)

// asLabwatch makes the test program behave as labwatch itself, so that tests can start it as a process of its own,
// stop it and kill it.
const asLabwatch = "LABWATCH_TEST_AS_LABWATCH"

func TestMain(m *testing.M) {
	if os.Getenv(asLabwatch) != "" {
		os.Exit(execute(os.Args[1:]))
	}
	os.Exit(m.Run())
}
