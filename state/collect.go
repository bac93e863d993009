package state

import (
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// mostGarbage is the share of a file of the value log that may be garbage before what lives in it is copied.
const mostGarbage = 0.5

// collect gives space of the value log back, at most two files each time another file's worth was written, so that it
// keeps up with any rate of writing and takes no longer than the writing did. The caller holds mu.
func (s *Store) collect(written int) {
	if s.written += int64(written); s.written < logFile {
		return
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
