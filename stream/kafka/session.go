package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// place is one partition of one input topic.
type place struct {
	topic     string
	partition int32
}

// mark is what a commit says of a place: its next offset, and the note beside it.
type mark struct {
	next  int64
	note  string
	moved bool // the redo point in the note, since the last commit
}

// sender produces a record in the open transaction. Several goroutines may call it. Acked, which may be nil, is told the
// record's offset. A record that cannot be written makes the transaction abort; nobody else need look after it.
type sender func(r *kgo.Record, acked func(offset int64))

// stage is what a session does with the partitions that it owns. Its methods are called by one goroutine at a
// time, except work, which runs at the same time for different places.
type stage interface {
	// open makes a place ready before its first record is polled and says which offset comes next; a negative one
	// means the oldest there is.
	open(ctx context.Context, at place) (next int64, err error)
	// drop forgets a place that was revoked, lost, or is about to be opened anew.
	drop(at place)
	// work takes the records of one place, in order, and sends what they give rise to. An error is a broken
	// invariant: the session ends and nothing of the transaction is saved.
	work(at place, f kgo.FetchTopicPartition, send sender) error
	// seal is called once before the commit; it may send more and says what is to be noted with each place's offset.
	// At the last commit for now, everything that a recovery would have to work again is sent.
	seal(now time.Time, last bool, send sender) map[place]mark
	// full says whether to commit at once, before the commit interval has passed.
	full() bool
	// settle is called after a successful commit.
	settle(now time.Time)
	// idle is called now and then while there is nothing to do.
	idle(now time.Time)
	// stateful says whether a recovery may have input to work again. If not, nothing is ever owed.
	stateful() bool
}

// transactor is kgo.GroupTransactSession, except in a build that measures what transactions cost.
type transactor interface {
	Client() *kgo.Client
	PollFetches(ctx context.Context) kgo.Fetches
	Produce(ctx context.Context, r *kgo.Record, done func(*kgo.Record, error))
	Begin() error
	End(ctx context.Context, try kgo.TransactionEndTry) (committed bool, err error)
	AllowRebalance()
	CloseAllowingRebalance()
}

// session runs one consumer group member: poll, work, commit, in transactions that hold outputs and offsets.
// It lives until its context ends or something happens after which only a new session is safe.
type session struct {
	env    *Environment
	name   string   // of the stage, for the log
	topics []string // consumed
	stage  stage
	stats  *sessionStats

	gts      transactor
	watchdog watchdog
	mu       sync.Mutex // between the group's callbacks and the loop: guards what follows
	owned    map[place]int64
	broken   error
	granted  map[place]bool     // by the group, in its newest generation; nil before the first
	wake     context.CancelFunc // ends the poll under way
	revoke   bool               // since the last End
	opened   bool               // a place, since the last commit began
	given    bool               // partitions, by the group, since then

	heirs sync.WaitGroup // of transactions of the dead, see inherit

	// Of the loop alone:
	unsaved   bool // a transaction was begun, and nobody knows how it ended
	doubt     bool // nor how that of a former session did
	pace      pace
	committed time.Time // last
	flushed   bool      // since then nothing is owed
	held      int       // messages in it
	refused   int       // transactions in a row that were aborted because an output could not be written
}

// closePatience is how long a session may take to close. The client leaves the group when it owes it a rebalance, or the
// partitions that it gave up would be nobody's; but it would also wait for a join that is under way.
const closePatience = 2 * time.Second

func (s *session) run(ctx context.Context) (err error) {
	life, end := context.WithCancel(context.Background())
	defer end()
	options := append(s.options(ctx), kgo.WithContext(life))
	if sabotaged(noTransactions) {
		s.gts, err = newUntransacted(options)
	} else {
		s.gts, err = kgo.NewGroupTransactSession(options...)
	}
	if err != nil {
		return fatalf("start Kafka session %s: %w", s.name, err)
	}
	s.watchdog = watchdog{
		admin: kadm.NewClient(s.gts.Client()), group: s.group(), topics: s.topics,
		rebalance: s.rebalance, patience: 3 * s.env.SessionTimeout,
	}
	defer func() {
		s.stats.joined.Store(false)
		defer time.AfterFunc(closePatience, end).Stop()
		if s.env.LeaveOnStop && ctx.Err() != nil && !s.unsaved { // also before it has joined, or where the last transaction was aborted
			s.leave(life)
		}
		s.gts.CloseAllowingRebalance()
		s.heirs.Wait()
		s.dropAll()
	}()
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	s.doubt = false // Kafka has ended what a former session left
	for {
		refused := s.refused
		if err := s.transaction(ctx); err != nil {
			return err
		}
		if s.refused > refused {
			s.rest(ctx)
		}
		if ctx.Err() != nil && s.owesNothing() {
			return errStopped
		}
	}
}

// options lists what differs from franz-go's defaults, with the reason. A recovery under way is given up when stop ends.
func (s *session) options(stop context.Context) []kgo.Opt {
	env := s.env
	opts := append(clientOptions(env),
		kgo.ConsumerGroup(s.group()),
		kgo.ConsumeTopics(s.topics...),
		kgo.InstanceID(s.member()), // a restart within the session timeout moves no partitions
		kgo.SessionTimeout(env.SessionTimeout),
		// An instance without partitions learns by it that it gets some, which nobody works until then. One with partitions
		// sends more, one with each commit.
		kgo.HeartbeatInterval(min(env.SessionTimeout/20, time.Second)),
		kgo.RebalanceTimeout(2*env.SessionTimeout),  // whoever died in a rebalance must not hold up the others for a minute
		kgo.TransactionTimeout(env.SessionTimeout),  // a dead owner's transaction must not block readers for longer
		kgo.BlockRebalanceOnPoll(),                  // rebalances fall between transactions
		kgo.ConsumeResetOffset(kgo.NoResetOffset()), // a missing offset is a loss to be told, not to be jumped over
		kgo.RecordPartitioner(partitioner{env.Topics.Snapshots, kgo.StickyKeyPartitioner(nil)}),
		kgo.ProducerLinger(5*time.Millisecond),
		kgo.MaxBufferedRecords(200_000),
		kgo.Balancers(granting{kgo.CooperativeStickyBalancer(), s.grant}),
		kgo.WithHooks(s),
		kgo.OnPartitionsAssigned(func(ctx context.Context, client *kgo.Client, m map[string][]int32) {
			if len(m) > 0 {
				s.heirs.Go(func() { s.inherit(client) })
			}
			s.assigned(ctx, stop, m)
		}),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { s.revoked(m) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { s.revoked(m) }),
		kgo.AdjustFetchOffsetsFn(s.adjust),
	)
	if !sabotaged(noTransactions) {
		opts = append(opts, kgo.TransactionalID(transactionalID(env, s.name, time.Now())))
	}
	return opts
}
