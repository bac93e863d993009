package kafka

import "time"

// pace says when transactions end: one an interval. It is counted from commit to commit and not from a transaction's
// first record: then the commit's own time is part of it, and what comes after a pause does not wait. All entries of the
// log appear at once, when the sequence commits, and would otherwise each wait for a whole interval.
type pace struct {
	interval time.Duration
	grown    time.Duration // what the interval has grown to
	last     time.Time     // when the last commit began
	took     time.Duration // and what it took
}

// firstPace is the first interval of a session, and after the group has given it partitions; each is twice the one before
// until they have their length. Readers have waited for as long as it took to come back, and the judge waits for the
// sequence besides.
const firstPace = 25 * time.Millisecond

// end is when a transaction that begins now stops taking input. It takes some for a tenth of the interval at least, since
// a burst comes in several fetches, and for as long as the last commit took, so that no broker is kept busy with commits.
func (p *pace) end(now time.Time) time.Time {
	p.grown = min(max(2*p.grown, firstPace), p.interval)
	due := p.last.Add(p.grown)
	if least := now.Add(min(max(p.grown/10, p.took), p.grown)); due.Before(least) {
		return least
	}
	return due
}

// restart makes the next interval a first one.
func (p *pace) restart() { p.grown = 0 }

// committed notes a commit.
func (p *pace) committed(began, ended time.Time) { p.last, p.took = began, ended.Sub(began) }
