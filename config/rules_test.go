package config

import "testing"

// TestRules: what decides about a reading changes the rules, and how much memory there is does not: a recovery would
// tell of other rules where there are none.
func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		same   bool
	}{
		"nothing":             {func(*Config) {}, true},
		"judge.memory_mb":     {func(c *Config) { c.Judge.MemoryMB *= 2 }, true},
		"kafka.partitions":    {func(c *Config) { c.Kafka.Partitions *= 2 }, true},
		"judge.false_alarms":  {func(c *Config) { c.Judge.FalseAlarms *= 2 }, false},
		"judge.accept_after":  {func(c *Config) { c.Judge.AcceptAfter.Readings *= 2 }, false},
		"alerts.silent.after": {func(c *Config) { c.Alerts.Silent.After *= 2 }, false},
		"fused":               {func(c *Config) { c.Fused = !c.Fused }, false},
	} {
		usual, changed := Default(), Default()
		c.change(&changed)
		before, err := usual.Rules()
		if err != nil {
			t.Fatal(err)
		}
		after, err := changed.Rules()
		if err != nil {
			t.Fatal(err)
		}
		if (before == after) != c.same {
			t.Errorf("%s: rules %s and %s", name, before, after)
		}
		if changed.Judge.MemoryMB == 0 {
			t.Errorf("%s: the hash changed the config", name)
		}
	}
}
