//go:build linux

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// way is one manner of running labwatch.
type way struct {
	name     string
	fused    bool
	plain    bool   // as a site would run it: its latency is measured too
	settings string // more of its config
	sabotage string // what a build for sabotage does wrong, see stream/kafka
	level    string // of the log; empty: warn
}

// kindTopics are the inputs of the sequenced way, by kind.
func kindTopics() []string { return []string{"result", "qc", "log", "telemetry"} }

func allWays() []way {
	return []way{
		{name: "fused", fused: true, plain: true},
		{name: "sequenced", plain: true},
		{name: "fused-no-detectors", fused: true,
			settings: "detectors: {results: [], qc: [], telemetry: [], groups: []}\n"},
		{name: "fused-no-snapshots", fused: true},
	}
}

func wayNames() (names []string) {
	for _, w := range allWays() {
		names = append(names, w.name)
	}
	return names
}

func selectWays(list string) (selected []way, err error) {
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(allWays(), func(w way) bool { return w.name == name })
		if i < 0 {
			return nil, fmt.Errorf("read flags: --ways: %q is none of %s", name, strings.Join(wayNames(), ", "))
		}
		selected = append(selected, allWays()[i])
	}
	return selected, nil
}

// job is one run of a way: from inputs of its kind to outputs of its own.
type job struct {
	way
	input  string // the topic, or what the four topics begin with
	prefix string // of its group and output topics
}

// inputs are the raw topics that the job reads.
func (j job) inputs() (topics []string) {
	if j.fused {
		return []string{j.input}
	}
	for _, kind := range kindTopics() {
		topics = append(topics, j.input+"."+kind)
	}
	return topics
}

// outputs are all topics that the job writes.
func (j job) outputs() []string {
	topics := []string{j.prefix + "records", j.prefix + "alerts", j.prefix + "rejects", j.prefix + "snapshots"}
	if !j.fused {
		topics = append(topics, j.prefix+"log")
	}
	return topics
}

// config is what labwatch is given: its defaults but for names, places and the settings of the way.
func (j job) config(b *bench, dir, listen string) string {
	var c strings.Builder
	fmt.Fprintf(&c, "fused: %v\ninputs:\n", j.fused)
	for i, topic := range j.inputs() {
		kind := "any"
		if !j.fused {
			kind = kindTopics()[i]
		}
		fmt.Fprintf(&c, "  - {topic: %q, kind: %s, format: json}\n", topic, kind)
	}
	p := j.prefix
	redo := ""
	if j.name == "fused-no-snapshots" {
		redo = "  redo: {records: 1000000000000, age: 1h}\n"
	}
	fmt.Fprintf(&c, `standardize: {key_file: %q}
kafka:
  brokers: [%s]
  group: %q
  instance: throughput
  partitions: %d
  topics: {log: %q, records: %q, alerts: %q, rejects: %q, snapshots: %q}
%sstate: {dir: %q}
http: {listen: %q}
log: {format: json, level: %s}
%s`, b.path("keys"), strings.Join(b.brokers, ", "), p+"group", partitions, p+"log", p+"records", p+"alerts",
		p+"rejects", p+"snapshots", redo, dir, listen, cmp.Or(j.level, "warn"), j.settings)
	return c.String()
}
