package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// result is everything that a run found out.
type result struct {
	lab     *lab
	faults  []injected
	gaps    []gap
	seen    int      // records that the witness read
	again   int      // messages that were worked twice, as far as the instances lived to tell
	ends    []string // instances that ended by themselves
	broken  []string // what is a violation whatever the counts say: stalls, refusals, failed stops
	skipped []string // faults that could not be had, and why
	finding *finding
}

// totals are the figures of the last line.
func (r *result) totals() (records, lost, doubled, disordered, state int) {
	f := r.finding
	if f == nil {
		return 0, 0, 0, 0, 0
	}
	lost = f.log.lost + f.judged.lost
	// What nobody expected is said too much, as what is said twice is.
	doubled = f.log.doubled + f.log.foreign + f.judged.doubled + f.judged.foreign
	disordered = f.log.disordered + f.judged.disordered
	if f.state != nil {
		state = f.state.differences
	}
	return f.records, lost, doubled, disordered, state
}

// wrong says whether anything is.
func (r *result) wrong() bool {
	_, lost, doubled, disordered, state := r.totals()
	return lost+doubled+disordered+state > 0 || len(r.broken) > 0 || r.lab.alone != "" && !r.within()
}

// withoutDisks says whether the disks gave nothing to compare, though no fault has spoiled them.
func (r *result) withoutDisks() bool {
	spoiled := slices.ContainsFunc(r.faults, func(f injected) bool {
		return f.kind == stateDeleted || f.kind == stateDamaged || f.kind == diskFull
	})
	return !spoiled && r.finding.state != nil && r.finding.state.compared > 0 && r.finding.state.fromDisks == 0
}

// caught says whether the checker has found a sabotage. A run in which nothing came out from the beginning proves nothing:
// the mistake was another one. Nor does one that was stuck, which a busy machine may be.
func (r *result) caught() bool {
	records, lost, doubled, disordered, state := r.totals()
	return records > 0 && lost+doubled+disordered+state > 0
}

func (r *result) print(out io.Writer, s *settings) {
	fmt.Fprintln(out)
	r.printKinds(out)
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(out, "%s:\n  %s\n", title, strings.Join(lines, "\n  "))
		}
	}
	list("longest without committed output", r.longest(5))
	list("not injected", r.skipped)
	list("ended by themselves and were started again", r.ends)
	if f := r.finding; f != nil {
		fmt.Fprintf(out, "raw=%d records=%d alerts=%d rejects=%d; a reader who was there all the time saw %d records\n",
			f.raw, f.records, f.alerts, f.rejects, r.seen)
		for _, d := range []struct {
			of string
			difference
		}{{"log", f.log}, {"outputs", f.judged}} {
			fmt.Fprintf(out, "%s: lost=%d doubled=%d foreign=%d disordered=%d\n", d.of, d.lost, d.doubled, d.foreign, d.disordered)
			list("for example", d.examples)
		}
		if f.state != nil {
			fmt.Fprintf(out, "state: %d entities compared, %d of the snapshots from local disks, %d differences\n",
				f.state.compared, f.state.fromDisks, f.state.differences)
			list("for example", f.state.examples)
		}
	}
	list("VIOLATION", r.broken)
	if s.alone != "" {
		fmt.Fprintln(out, r.delays())
	}
	if records, _, _, _, _ := r.totals(); s.rolling && records > 0 {
		fmt.Fprintf(out, "rolling restart: worked_twice=%.2f%% (%d messages of both stages to %d records) longest_without_any_output_ms=%d\n",
			100*float64(r.again)/float64(records), r.again, records, r.outage().Milliseconds())
	}
	if r.finding == nil {
		fmt.Fprintf(out, "faults=%d, and nothing was checked: seed=%d broker=%s\n", len(r.faults), s.seed, s.broker)
		return
	}
	if s.sabotage != "" {
		fmt.Fprintf(out, "sabotage=%s caught=%v\n", s.sabotage, r.caught())
	}
	records, lost, doubled, disordered, state := r.totals()
	fmt.Fprintf(out, "faults=%d records=%d lost=%d doubled=%d disordered=%d state_differences=%d seed=%d broker=%s\n",
		len(r.faults), records, lost, doubled, disordered, state, s.seed, s.broker)
}

// printKinds counts the faults by kind, each with the worst gap in the committed output of a partition that began
// at or after it and before the next fault. With several targets faults overlap, and a gap may be another's doing.
func (r *result) printKinds(out io.Writer) {
	type row struct {
		n             int
		worst, beyond time.Duration
	}
	rows := map[kind]*row{}
	for _, f := range r.faults {
		if rows[f.kind] == nil {
			rows[f.kind] = &row{}
		}
		rows[f.kind].n++
	}
	for _, g := range r.gaps {
		f := cause(r.faults, g)
		if f == nil {
			continue
		}
		w, length := rows[f.kind], g.to.Sub(g.from)
		w.worst, w.beyond = max(w.worst, length), max(w.beyond, length-f.lasts)
	}
	fmt.Fprintf(out, "%-16s %6s %14s %26s\n", "fault", "count", "worst gap ms", "beyond the fault's own ms")
	for _, k := range append(kindNames(), string(gone), string(leave)) {
		if w := rows[kind(k)]; w != nil {
			fmt.Fprintf(out, "%-16s %6d %14d %26d\n", k, w.n, w.worst.Milliseconds(), w.beyond.Milliseconds())
		}
	}
}

// longest tells of the n longest gaps, for whoever wants to know what happened then.
func (r *result) longest(n int) (lines []string) {
	gaps := slices.Clone(r.gaps)
	slices.SortFunc(gaps, func(a, b gap) int { return cmp.Compare(b.to.Sub(b.from), a.to.Sub(a.from)) })
	for _, g := range gaps[:min(n, len(gaps))] {
		after := "no fault"
		if f := cause(r.faults, g); f != nil {
			after = fmt.Sprintf("%s at %.1fs for %.1fs", f.kind, f.at.Sub(r.lab.began).Seconds(), f.lasts.Seconds())
		}
		lines = append(lines, fmt.Sprintf("partition %d from %.1fs to %.1fs (%s), after %s", g.partition, g.from.Sub(r.lab.began).Seconds(),
			g.to.Sub(r.lab.began).Seconds(), g.from.UTC().Format(time.TimeOnly), after))
	}
	return lines
}

// cause is the last fault that began before a gap, or so soon after its beginning that the last output before the
// fault may have been just committed.
func cause(faults []injected, g gap) *injected {
	const slack = 300 * time.Millisecond
	i, _ := slices.BinarySearchFunc(faults, g.from.Add(slack), func(f injected, at time.Time) int { return f.at.Compare(at) })
	if i == 0 {
		return nil
	}
	return &faults[i-1]
}
