//go:build sabotage

package kafka

import "os"

const sabotage = true

func sabotageWanted() string { return os.Getenv("LABWATCH_SABOTAGE") }
