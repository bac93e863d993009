package config

import (
	"testing"
	"time"
)

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

// TestPoliciesHoldAsPrinted: an entry that leaves things out is completed where it is read, so what is printed, hashed and
// judged by is the same. An update_every of 0 says every breach and is not the same as none.
func TestPoliciesHoldAsPrinted(t *testing.T) {
	rules := map[string]string{}
	for text, want := range map[string]time.Duration{
		"{}": 15 * time.Minute, "{update_every: 15m}": 15 * time.Minute, "{update_every: 0s}": 0, "{update_every: 1h}": time.Hour,
	} {
		read := func(text string) *Config {
			c, err := Load(written(t, text))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := read("alerts: {detectors: {zscore: " + text + "}}")
		again := read(marshal(t, c))
		for name, c := range map[string]*Config{"read": c, "printed and read": again} {
			p := c.Alerts.Detector("zscore")
			if p.Policy.UpdateEvery != want || p.Policy.OpenAfter != 2 || len(p.AlertOn) != 2 {
				t.Errorf("%s, %s: %+v", text, name, p)
			}
		}
		var err error
		if rules[text], err = c.Rules(); err != nil {
			t.Fatal(err)
		}
		if after, err := again.Rules(); err != nil || after != rules[text] {
			t.Errorf("%s: rules %s, and printed %s, %v", text, rules[text], after, err)
		}
	}
	if rules["{}"] != rules["{update_every: 15m}"] || rules["{}"] == rules["{update_every: 0s}"] {
		t.Errorf("rules %v", rules)
	}
}
