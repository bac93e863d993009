//go:build !sabotage

package kafka

// sabotage is only true in builds that test the checker of cmd/faults.
const sabotage = false

func sabotageWanted() string { return "" }
