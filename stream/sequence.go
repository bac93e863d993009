package stream

import "labwatch/record"

// Sequencer standardizes raw messages into the log. It has no state: what it emits for a message depends on the
// message alone, so working one again after a crash emits the same bytes.
type Sequencer struct {
	intake  *Intake
	publish publisher
	metrics *Metrics
	tally   tally
}

// NewSequencer serves one goroutine. Seal protects the payload of rejects.
func NewSequencer(intake *Intake, seal Seal, m *Metrics) *Sequencer {
	return &Sequencer{intake: intake, publish: publisher{seal: seal}, metrics: m}
}

// Process emits one log entry for each reading of m, or one reject.
func (s *Sequencer) Process(m Message, emit Emit) {
	s.intake.read(m,
		func(r *record.Record) {
			s.tally.sequenced++
			emit(s.publish.log(r))
		},
		func(reason *record.Reject) {
			s.tally.reject(reason.Code)
			emit(s.publish.reject(m, reason))
		})
}

// Reuse says that nobody holds an output any more that was emitted before: their bytes may be written over.
func (s *Sequencer) Reuse() { s.publish.slab.reuse() }

// Committed says that everything emitted since the last call is committed: only now it is counted.
func (s *Sequencer) Committed() {
	s.metrics.add(&s.tally)
	s.tally = tally{}
}

// EncodeTick is the log entry that carries time: it has come to at, and nobody missed a tick from since on.
func EncodeTick(at, since int64) []byte {
	return record.AppendBinary(nil, &record.Record{Kind: record.Tick, Arrived: at, Time: since})
}

// IsTick says whether an entry of the log is a tick.
func IsTick(entry []byte) bool {
	return len(entry) > 1 && record.Kind(entry[1]) == record.Tick // after the version: see record.AppendBinary
}
