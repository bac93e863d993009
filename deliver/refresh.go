package deliver

import (
	"context"
	"errors"
	"time"
)

// refreshEvery is how often an open alert is said again to a sink that forgets: a quarter of the time for which it is
// asked to remember, so that three may fail.
const refreshEvery = time.Minute

// pastQuiet is how long no message of a former run must have come before anything is said again: while they come, an
// alert may look open whose end is still to be read.
const pastQuiet = 5 * time.Second

// Idle says again what is open, where the other side forgets. It is called often and seldom does something.
func (c *Courier) Idle(ctx context.Context) {
	r, ok := c.sink.(refresher)
	if !ok || time.Since(c.refreshed) < refreshEvery || time.Since(c.past) < pastQuiet {
		return
	}
	c.refreshed = time.Now()
	try, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	err := r.Refresh(try, c.told.open(c.refreshed))
	switch {
	case err == nil:
		c.stats.up.Set(1)
	case ctx.Err() != nil: // told to stop
	case errors.Is(err, ErrRefused): // it answers
		c.stats.failed(reasonRefused)
		c.stats.up.Set(1)
		c.log.Warn().Err(err).Msg("some open alerts not said again")
	default:
		c.stats.failed(reasonUnreachable)
		c.stats.up.Set(0)
		c.log.Warn().Err(err).Msg("open alerts not said again")
	}
}
