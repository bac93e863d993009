package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// settings are the flags.
type settings struct {
	seed       uint64
	lasts      time.Duration
	broker     string // embedded, kafka or kafka3
	brokers    string // of a Kafka that runs already; empty: start one
	fused      bool
	instances  int
	partitions int
	devices    int
	rate       int
	pause      time.Duration // mean pause between two faults on one target
	kinds      []kind        // empty: all that can be had
	alone      kind          // only this, to one instance after the other; empty: by the schedule
	rolling    bool          // restart one instance after the other in order, and tell what was worked twice
	limit      int           // stop after that many faults; 0: after lasts
	sabotage   string
	binary     string // labwatch, built already
	keep       bool
}

// The mean pauses between two faults on one target.
const (
	usualPause = 2 * time.Second
	quickPause = 700 * time.Millisecond
)

func parse(args []string, out io.Writer) (*settings, error) {
	s := &settings{}
	var way, only, single string
	var kills int
	f := flag.NewFlagSet("faults", flag.ContinueOnError)
	f.SetOutput(out)
	f.Uint64Var(&s.seed, "seed", 1, "seed of the schedule, of damage and of the instruments")
	f.DurationVar(&s.lasts, "for", time.Minute, "how long readings stream in and faults go on")
	f.StringVar(&s.broker, "broker", "embedded", "embedded; kafka: a real one of one node; kafka3: of three")
	f.StringVar(&s.brokers, "brokers", "", "host:port, by comma, of the nodes of a Kafka that runs already; it is then left alone")
	f.StringVar(&way, "way", "sequenced", "sequenced: four raw topics and a log; fused: one topic")
	f.IntVar(&s.instances, "instances", 2, "labwatch processes")
	f.IntVar(&s.partitions, "partitions", 4, "partitions of each topic")
	f.IntVar(&s.devices, "devices", 50, "simulated instruments")
	f.IntVar(&s.rate, "rate", 2000, "readings a second")
	f.DurationVar(&s.pause, "pause", usualPause, "mean pause between two faults on one target")
	f.StringVar(&only, "kinds", "", "only these faults, by comma: "+strings.Join(kindNames(), ","))
	f.IntVar(&kills, "kills", 0, "this many kill -9 with short pauses and no other fault, then end")
	f.StringVar(&single, "alone", "", "only this, to one instance after the other, and tell the delay of output: kill and term, with a "+
		"restart after a second; gone (kill -9) and leave (SIGTERM for good), without one until the others have taken over")
	f.BoolVar(&s.rolling, "rolling", false, "as --alone term, and tell what a rolling restart costs")
	f.StringVar(&s.sabotage, "sabotage", "", "build labwatch with one deliberate mistake, which must be caught: "+strings.Join(sabotageNames(), ", "))
	f.StringVar(&s.binary, "labwatch", "", "labwatch program, built from the very source that this one is, because the reference is the engine in here; with --sabotage with the tag sabotage; default: build it")
	f.BoolVar(&s.keep, "keep", false, "keep the folder with configs and logs even if all is well")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	s.fused = way == "fused"
	if only != "" {
		for name := range strings.SplitSeq(only, ",") {
			s.kinds = append(s.kinds, kind(name))
		}
	}
	if s.alone = kind(single); s.rolling {
		s.alone = term
	}
	if kills > 0 {
		s.kinds, s.limit, s.pause = []kind{kill}, kills, quickPause
	}
	s.applySabotage()
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(f.NArg() == 0, "%q: there are only flags", f.Args())
	check(way == "sequenced" || way == "fused", "--way %q: it is sequenced or fused", way)
	check(slices.Contains([]string{"embedded", "kafka", "kafka3"}, s.broker), "--broker %q: it is embedded, kafka or kafka3", s.broker)
	check(s.brokers == "" || s.broker == "kafka", "--brokers names a real Kafka: say --broker kafka too")
	check(s.lasts >= time.Second, "--for %v: must be 1s or more", s.lasts)
	check(s.instances >= 1 && s.instances <= 16, "--instances %d: must be from 1 to 16", s.instances)
	check(s.partitions >= 1 && s.partitions <= 64, "--partitions %d: must be from 1 to 64", s.partitions)
	check(s.devices >= 1, "--devices %d: must be 1 or more", s.devices)
	check(s.rate >= 1, "--rate %d: must be 1 or more", s.rate)
	check(s.pause >= 100*time.Millisecond, "--pause %v: must be 100ms or more", s.pause)
	check(s.sabotage == "" || slices.Contains(sabotageNames(), s.sabotage), "--sabotage %q: there are %s", s.sabotage, strings.Join(sabotageNames(), ", "))
	check(s.alone == "" || slices.Contains(aloneNames(), string(s.alone)), "--alone %q: there are %s", s.alone, strings.Join(aloneNames(), ", "))
	check(s.alone != gone && s.alone != leave || s.instances > 1, "--alone %s: must be of 2 --instances or more: nobody else can take over", s.alone)
	for _, k := range s.kinds {
		check(slices.Contains(kindNames(), string(k)), "--kinds %q: there are %s", k, strings.Join(kindNames(), ", "))
	}
	return s, errors.Join(errs...)
}

// draws says whether the schedule may hold faults of a kind.
func (s *settings) draws(k kind) bool {
	return s.alone == "" && (len(s.kinds) == 0 || slices.Contains(s.kinds, k))
}
