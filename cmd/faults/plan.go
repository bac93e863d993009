package main

import (
	"math/rand/v2"
	"slices"
	"time"
)

// kind is what a fault does.
type kind string

// The kinds of faults.
const (
	kill          kind = "kill"
	term          kind = "term"
	freeze        kind = "freeze"
	stateDeleted  kind = "state_deleted"
	stateDamaged  kind = "state_damaged"
	diskFull      kind = "disk_full"
	cut           kind = "cut"
	silence       kind = "silence"
	delay         kind = "delay"
	storm         kind = "storm"
	pair          kind = "pair"
	brokerRestart kind = "broker_restart"
	brokerKill    kind = "broker_kill"
	leaderMove    kind = "leader_move"
	coordMove     kind = "coordinator_move"
	coordKill     kind = "coordinator_kill"
	clockJump     kind = "clock_jump"
	clockSet      kind = "clock_set"
)

// target is what a fault hits. Each target has its own sequence of faults, one after the other; those of different
// targets overlap.
type target int

// The targets that are no instance; instances count from 0.
const (
	theBroker target = -1
	theExtra  target = -2 // an instance that comes and goes
	theClocks target = -3 // of the senders
)

// kinds tells what each kind does, whom it hits, how often it is drawn among those of its target, and how long it
// lasts: from low to high after a base, which may be the session timeout.
var kinds = []struct {
	kind      kind
	what      string
	hits      target // 0: any instance
	weight    int
	session   bool // lasts counts from the session timeout
	low, high time.Duration
}{
	{kill, "kill -9, restart after a pause", 0, 6, false, 0, 3 * time.Second},
	{term, "SIGTERM, restart after a pause", 0, 3, false, 0, 2 * time.Second},
	{freeze, "SIGSTOP past the session timeout, then SIGCONT", 0, 2, true, time.Second, 4 * time.Second},
	{stateDeleted, "kill -9, state folder deleted, restart", 0, 2, false, 0, 2 * time.Second},
	{stateDamaged, "kill -9, bytes of state files changed or cut off, restart", 0, 2, false, 0, 2 * time.Second},
	{diskFull, "no space in the state folder for a while, half of the times across a kill -9", 0, 2, false, 2 * time.Second, 6 * time.Second},
	{cut, "connections to the broker broken and refused", 0, 2, false, 500 * time.Millisecond, 9 * time.Second},
	{silence, "connections to the broker carry nothing, and later everything", 0, 2, false, 500 * time.Millisecond, 9 * time.Second},
	{delay, "every request and response 20 to 300 ms late", 0, 1, false, 2 * time.Second, 6 * time.Second},
	{clockSet, "the clock of an instance set up to 50 minutes ahead or back, or up to two days ahead, and right again later", 0, 2, false, 2 * time.Second, 8 * time.Second},
	{storm, "one more instance joins and leaves, three times", theExtra, 1, false, 300 * time.Millisecond, 3 * time.Second},
	{pair, "no readings, while two more instances join within a second; they leave later", theExtra, 2, false, time.Second, 4 * time.Second},
	{brokerRestart, "a node of the broker stopped in order and started again", theBroker, 1, false, 0, 3 * time.Second},
	{brokerKill, "a node of the broker killed and started again", theBroker, 1, false, 0, 2 * time.Second},
	{leaderMove, "half of the partitions led by other nodes", theBroker, 1, false, 0, time.Second},
	{coordMove, "the coordinator of the groups, or of the transactions, moved to other nodes", theBroker, 1, false, 0, time.Second},
	{coordKill, "the node that coordinates a group, or its transactions, killed and started again", theBroker, 1, false, 0, 2 * time.Second},
	{clockJump, "a sender whose clock is up to 50 minutes ahead or behind", theClocks, 1, false, 500 * time.Millisecond, 3 * time.Second},
}

func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k.kind))
	}
	return names
}

// fault is one fault to come.
type fault struct {
	kind  kind
	hits  target
	after time.Duration // pause before it
	lasts time.Duration
	ready bool   // wait, at most a while, until the instance is ready again; if not, the next fault may hit its recovery
	draw  uint64 // seed for whatever else is drawn for it
}

// plan draws the faults of one target.
type plan struct {
	rng     *rand.Rand
	hits    target
	kinds   []int // indices of kinds, as often as their weight
	left    []int // of the broker: those whose turn is still to come
	pause   time.Duration
	session time.Duration
}

// newPlan makes the endless sequence of one target from the kinds that can be had; nil if none of them hits it.
func newPlan(seed uint64, hits target, can func(kind) bool, pause, session time.Duration) *plan {
	p := &plan{rng: rand.New(rand.NewPCG(seed, uint64(hits+100))), hits: hits, pause: pause, session: session}
	if hits < 0 {
		p.pause = 5 * pause // hits everyone
	}
	for i, k := range kinds {
		if k.hits == min(hits, 0) && can(k.kind) {
			for range k.weight {
				p.kinds = append(p.kinds, i)
			}
		}
	}
	if len(p.kinds) == 0 {
		return nil
	}
	return p
}

// draw takes any kind. A minute has some six faults of the broker, each of which takes long: none of these comes again
// before every other one came.
func (p *plan) draw() int {
	if p.hits != theBroker {
		return p.kinds[p.rng.IntN(len(p.kinds))]
	}
	if len(p.left) == 0 {
		p.left = slices.Clone(p.kinds)
	}
	n := p.rng.IntN(len(p.left))
	k := p.left[n]
	p.left = slices.Delete(p.left, n, n+1)
	return k
}

func (p *plan) next() fault {
	k := kinds[p.draw()]
	f := fault{kind: k.kind, hits: p.hits}
	f.after = time.Duration(p.rng.Int64N(int64(2 * p.pause)))
	f.lasts = k.low + time.Duration(p.rng.Int64N(int64(k.high-k.low)))
	if k.session {
		f.lasts += p.session
	}
	f.ready = p.rng.IntN(2) == 0
	f.draw = p.rng.Uint64()
	return f
}
