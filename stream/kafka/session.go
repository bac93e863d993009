package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// place is one partition of one input topic.
type place struct {
	topic     string
	partition int32
}

// sender produces a record in the open transaction. Acked, which may be nil, is told the record's offset. A record
// that cannot be written makes the transaction abort; nobody else need look after it.
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
	// seal is called once before the commit; it may send more and gives each place's commit metadata.
	seal(now time.Time, last bool, send sender) map[place]string
	// settle is called after a successful commit.
	settle(now time.Time)
	// idle is called now and then while there is nothing to do.
	idle(now time.Time)
}

// session runs one consumer group member: poll, work, commit, in transactions that hold outputs and offsets.
// It lives until its context ends or something happens after which only a new session is safe.
type session struct {
	env    *Environment
	name   string   // of the stage, for the log
	topics []string // consumed
	stage  stage
	stats  *sessionStats

	gts      *kgo.GroupTransactSession
	watchdog watchdog
	mu       sync.Mutex // between the group's callbacks and the loop: guards what follows
	owned    map[place]int64
	broken   error
	revoke   bool // since the last End
}

// run keeps sessions going until ctx ends (then it returns nil after a last commit) or an error that a new session
// cannot mend.
func runSessions(ctx context.Context, env *Environment, name string, topics []string, st stage, stats *sessionStats) error {
	pause := firstPause
	for {
		began := time.Now()
		s := &session{env: env, name: name, topics: topics, stage: st, stats: stats, owned: map[place]int64{}}
		err := s.run(ctx)
		switch {
		case errors.Is(err, errStopped):
			return nil
		case isFatal(err), ctx.Err() != nil: // the last commit failed: what it held is worked again by the next start
			return err
		}
		stats.restarts.Inc()
		env.Log.Warn().Str("stage", name).Err(err).Msg("starting a new Kafka session; state is recovered from Kafka")
		select {
		case <-ctx.Done():
			return nil // nothing was begun since
		case <-time.After(pause):
		}
		if pause = min(2*pause, longestPause); time.Since(began) > time.Minute {
			pause = firstPause // it had worked for a while
		}
	}
}

// The pauses between two sessions that fail one after the other.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// fatalError is one that no new session can mend.
type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

func fatalf(format string, args ...any) error { return fatalError{fmt.Errorf(format, args...)} }

// lasting marks an error of the engine: the same state and input give it again in any session.
func lasting(err error) error {
	if err == nil {
		return nil
	}
	return fatalError{err}
}

func isFatal(err error) bool { return errors.As(err, new(fatalError)) }

func (s *session) run(ctx context.Context) (err error) {
	s.gts, err = kgo.NewGroupTransactSession(s.options()...)
	if err != nil {
		return fatalf("start Kafka session %s: %w", s.name, err)
	}
	s.watchdog = watchdog{admin: kadm.NewClient(s.gts.Client()), group: s.env.Group + "-" + s.name, patience: 3 * s.env.SessionTimeout}
	defer func() {
		s.stats.joined.Store(false)
		s.gts.CloseAllowingRebalance()
		s.dropAll()
	}()
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	for {
		if ctx.Err() != nil {
			return errStopped
		}
		if err := s.transaction(ctx); err != nil {
			return err
		}
	}
}

// options lists what differs from franz-go's defaults, with the reason.
func (s *session) options() []kgo.Opt {
	env := s.env
	return append(clientOptions(env),
		kgo.ConsumerGroup(env.Group+"-"+s.name),
		kgo.ConsumeTopics(s.topics...),
		kgo.TransactionalID(transactionalID(env, s.name, time.Now())),
		kgo.InstanceID(env.Instance+"-"+s.name), // a restart within the session timeout moves no partitions
		kgo.SessionTimeout(env.SessionTimeout),
		kgo.HeartbeatInterval(max(env.SessionTimeout/10, 500*time.Millisecond)),
		kgo.TransactionTimeout(env.SessionTimeout),  // a dead owner's transaction must not block readers for longer
		kgo.BlockRebalanceOnPoll(),                  // rebalances fall between transactions
		kgo.ConsumeResetOffset(kgo.NoResetOffset()), // a missing offset is a loss to be told, not to be jumped over
		kgo.RecordPartitioner(partitioner{env.Topics.Snapshots, kgo.StickyKeyPartitioner(nil)}),
		kgo.ProducerLinger(5*time.Millisecond),
		kgo.MaxBufferedRecords(200_000),
		kgo.OnPartitionsAssigned(func(ctx context.Context, _ *kgo.Client, m map[string][]int32) { s.assigned(ctx, m) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { s.revoked(m) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, m map[string][]int32) { s.revoked(m) }),
		kgo.AdjustFetchOffsetsFn(s.adjust),
	)
}

// assigned recovers new partitions before anything is fetched from them.
func (s *session) assigned(ctx context.Context, m map[string][]int32) {
	var wg sync.WaitGroup
	for topic, partitions := range m {
		for _, p := range partitions {
			at := place{topic, p}
			wg.Go(func() { s.open(ctx, at) })
		}
	}
	wg.Wait()
	s.stats.joined.Store(s.failure() == nil)
}

func (s *session) open(ctx context.Context, at place) {
	next, err := s.stage.open(ctx, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.broken = errors.Join(s.broken, err)
		return
	}
	s.owned[at] = next
}

func (s *session) revoked(m map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke = true
	for topic, partitions := range m {
		for _, p := range partitions {
			at := place{topic, p}
			delete(s.owned, at)
			s.stage.drop(at)
		}
	}
}

// acknowledgeRevoke ends the client's memory of a revoke that fell between two transactions. Without it the client
// would abort the next one, and would not tell us of a second revoke.
func (s *session) acknowledgeRevoke(ctx context.Context) error {
	s.mu.Lock()
	revoked := s.revoke
	s.revoke = false
	s.mu.Unlock()
	if !revoked {
		return nil
	}
	if _, err := s.gts.End(context.WithoutCancel(ctx), kgo.TryAbort); err != nil {
		return fmt.Errorf("end after a rebalance: %w", err)
	}
	return nil
}

func (s *session) dropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.owned {
		s.stage.drop(at)
	}
	clear(s.owned)
}

// adjust makes the recovered state the authority on where reading starts. It also turns "nothing committed yet"
// into the oldest offset, which NoResetOffset would refuse.
func (s *session) adjust(_ context.Context, m map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return nil, s.broken
	}
	for topic, partitions := range m {
		for p := range partitions {
			if next, ok := s.owned[place{topic, p}]; !ok {
				return nil, fmt.Errorf("partition %d of %s was assigned but not opened", p, topic)
			} else if next < 0 {
				partitions[p] = kgo.NewOffset().AtStart()
			} else {
				partitions[p] = kgo.NewOffset().At(next)
			}
		}
	}
	return m, nil
}

func (s *session) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

// transaction gathers input for one commit interval, works it, and commits. With no input there is no transaction:
// every one of ours carries offsets, so that Kafka can fence an instance that was thought dead.
func (s *session) transaction(ctx context.Context) error {
	var (
		begun  bool
		failed produceFailure
		ends   time.Time
	)
	send := func(r *kgo.Record, acked func(int64)) {
		s.gts.Produce(context.WithoutCancel(ctx), r, func(r *kgo.Record, err error) {
			if err != nil {
				failed.note(r, err)
			} else if acked != nil {
				acked(r.Offset)
			}
		})
	}
	defer s.gts.AllowRebalance()
	for ctx.Err() == nil && (!begun || time.Now().Before(ends)) {
		// All that is buffered, at most FetchBytes a partition: a bounded number of records would be those of one
		// partition, and leave the other workers idle.
		wait := 500 * time.Millisecond
		if begun {
			wait = time.Until(ends)
		}
		pollCtx, cancel := context.WithTimeout(ctx, wait)
		fetches := s.gts.PollFetches(pollCtx)
		cancel()
		if err := s.fetchError(fetches); err != nil {
			return s.abandon(ctx, begun, err)
		}
		if fetches.NumRecords() == 0 {
			if !begun {
				s.stage.idle(time.Now())
				return errors.Join(s.failure(), s.watchdog.idle(ctx), s.acknowledgeRevoke(ctx))
			}
			continue
		}
		s.watchdog.fed()
		if !begun {
			if err := s.gts.Begin(); err != nil {
				return fmt.Errorf("begin transaction: %w", err)
			}
			begun = true
			ends = time.Now().Add(s.env.CommitInterval)
		}
		if err := s.work(fetches, send); err != nil {
			return s.abandon(ctx, begun, err)
		}
	}
	if !begun {
		return nil
	}
	return s.commit(ctx, send, &failed)
}

// work hands each place's records to the stage, different places at the same time.
func (s *session) work(fetches kgo.Fetches, send sender) error {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	fetches.EachPartition(func(f kgo.FetchTopicPartition) {
		if len(f.Records) == 0 {
			return
		}
		wg.Go(func() {
			if err := s.stage.work(place{f.Topic, f.Partition}, f, send); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	})
	wg.Wait()
	return errors.Join(errs...)
}

func (s *session) fetchError(fetches kgo.Fetches) (err error) {
	if fetches.IsClientClosed() {
		return errors.New("client was closed")
	}
	fetches.EachError(func(topic string, p int32, e error) {
		switch {
		case errors.Is(e, context.DeadlineExceeded), errors.Is(e, context.Canceled):
		case errors.Is(e, kerr.FencedInstanceID):
			err = fatalf("another process runs as instance %q of group %s: give each its own name with kafka.instance or --instance",
				s.env.Instance, s.env.Group)
		case errors.Is(e, kerr.OffsetOutOfRange):
			err = fatalf("read %s/%d: the next offset is no longer there; input was deleted before it was judged: "+
				"raise the topic's retention, then set the group's offset by hand to go on", topic, p)
		default:
			if topic != "" {
				e = fmt.Errorf("read %s/%d: %w", topic, p, e)
			}
			err = errors.Join(err, e)
		}
	})
	if broken := s.failure(); broken != nil {
		return broken // the client's error is its echo
	}
	return err
}

// abandon aborts what was begun. The error stands; the next session recovers.
func (s *session) abandon(ctx context.Context, begun bool, err error) error {
	if !begun {
		return err
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.env.SessionTimeout)
	defer cancel()
	if _, abortErr := s.gts.End(end, kgo.TryAbort); abortErr != nil {
		err = errors.Join(err, fmt.Errorf("abort transaction: %w", abortErr))
	}
	return err
}

// commit ends the transaction. Committed is the only outcome that is built upon; after "not committed" memory is
// recovered from Kafka in place, and after an error by a new session, because nobody can tell what the broker did.
func (s *session) commit(ctx context.Context, send sender, failed *produceFailure) error {
	began := time.Now()
	metadata := s.stage.seal(began, ctx.Err() != nil, send)
	// The context of End is never cancelled by our stopping: a half ended transaction would have to be timed out.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*s.env.SessionTimeout)
	defer cancel()
	end = kgo.PreTxnCommitFnContext(end, func(req *kmsg.TxnOffsetCommitRequest) error {
		for i := range req.Topics {
			t := &req.Topics[i]
			for j := range t.Partitions {
				if m, ok := metadata[place{t.Topic, t.Partitions[j].Partition}]; ok {
					t.Partitions[j].Metadata = &m
				}
			}
		}
		return nil
	})
	if err := s.gts.Client().Flush(end); err != nil {
		return s.abandon(ctx, true, fmt.Errorf("flush outputs: %w", err))
	}
	if sabotaged(offsetsOutside) {
		s.commitOutside(end, metadata)
	}
	dwell(s.env.CommitInterval / 2)
	committed, err := s.gts.End(end, kgo.TransactionEndTry(failed.get() == nil))
	s.mu.Lock()
	s.revoke = false
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("end transaction: %w", err)
	}
	if committed {
		s.stage.settle(time.Now())
		s.stats.commits.Inc()
		s.stats.commitSeconds.UpdateDuration(began)
		return nil
	}
	s.stats.aborts.Inc()
	if err := failed.get(); isFatal(err) {
		return err
	}
	s.env.Log.Info().Str("stage", s.name).AnErr("cause", failed.get()).
		Msg("transaction was not committed; recovering from the committed offsets")
	return s.reopen(ctx)
}

// reopen forgets what the aborted transaction taught and starts again at the committed offsets. The positions are
// set by us and not left to the client, which knows none for a partition that was never committed.
func (s *session) reopen(ctx context.Context) error {
	s.mu.Lock()
	places := make([]place, 0, len(s.owned))
	for at := range s.owned {
		places = append(places, at)
		s.stage.drop(at)
	}
	clear(s.owned)
	s.mu.Unlock()
	var wg sync.WaitGroup
	for _, at := range places {
		wg.Go(func() { s.open(ctx, at) })
	}
	wg.Wait()
	if err := s.failure(); err != nil {
		return err
	}
	back := map[string]map[int32]kgo.EpochOffset{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range places {
		next := s.owned[at]
		if next < 0 {
			return fmt.Errorf("partition %d of %s has no committed offset to go back to", at.partition, at.topic)
		}
		if back[at.topic] == nil {
			back[at.topic] = map[int32]kgo.EpochOffset{}
		}
		back[at.topic][at.partition] = kgo.EpochOffset{Epoch: -1, Offset: next}
	}
	s.gts.Client().SetOffsets(back)
	return nil
}

// partitioner puts a snapshot into the partition that it is about and everything else where its key belongs, by the
// hash that Kafka's own clients use.
type partitioner struct {
	snapshots string
	kgo.Partitioner
}

// ForTopic implements kgo.Partitioner.
func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	if topic == p.snapshots {
		return kgo.ManualPartitioner().ForTopic(topic)
	}
	return p.Partitioner.ForTopic(topic)
}

// clientOptions are common to every client of ours.
func clientOptions(env *Environment) []kgo.Opt {
	codecs := []kgo.CompressionCodec{kgo.Lz4Compression(), kgo.SnappyCompression(), kgo.NoCompression()}
	if env.Embedded {
		codecs = codecs[2:] // the bytes stay on this machine
	}
	return []kgo.Opt{
		kgo.SeedBrokers(env.Brokers...),
		kgo.ClientID("labwatch"),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.FetchMaxPartitionBytes(env.FetchBytes),
		kgo.FetchMaxBytes(64 << 20),           // far above partitions x partition bytes: see DESIGN.md on the embedded broker
		kgo.MaxDecompressBatchBytes(64 << 20), // a hostile batch must not take the memory
		kgo.ProducerBatchCompression(codecs...),
		kgo.MetadataMinAge(250 * time.Millisecond),
		kgo.AlwaysRetryEOF(),
		kgo.WithLogger(clientLogger{env.Log}),
	}
}
