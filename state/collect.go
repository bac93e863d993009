package state

import (
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// mostGarbage is the share of a file of the value log that may be garbage before what lives in it is copied, and
// collectEvery how many bytes are written between two looks for such files. Pages of the log stay in memory, so garbage
// costs it too; to keep less costs CPU, because what lives is copied more often.
const (
	mostGarbage  = 0.4
	collectEvery = 4 << 20
)

// collect gives space of the value log back, two files a look at most: writing waits for no more, though that may be more than
// was written since the look before. The caller holds mu.
func (s *Store) collect(written int) {
	if s.written += int64(written); s.written < collectEvery {
		return
	}
	if err := s.rotate(int(s.written)); err != nil {
		s.log.Warn().Err(err).Msg("what was overwritten in state is not known yet; it will be tried again")
	}
	s.written = 0
	for range 2 {
		err := s.db.RunValueLogGC(mostGarbage)
		if errors.Is(err, badger.ErrNoRewrite) {
			return
		}
		if err != nil { // it is tried again, and a full disk is met by room
			s.log.Warn().Err(err).Msg("space of state could not be given back; it will be tried again")
			return
		}
		s.metrics.collected.Inc()
	}
}
