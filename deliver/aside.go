package deliver

import (
	"context"
	"errors"

	"labwatch/alerts"
)

// Bury sets a message aside that could not be delivered, for good reason. It must be durable when it returns.
type Bury func(ctx context.Context, m *Message, why error) error

// giveUpOn sets aside what the sink has not heard. It knows what it knew before: of an alert whose beginning was given up
// the next message tells as of a new one. But nothing follows an end, and a sink that hears again and again of what is
// open hears of this too once it is back, unless it does not want it.
func (c *Courier) giveUpOn(ctx context.Context, m *Message, why error) error {
	if err := c.lay(ctx, m, why); err != nil {
		return err
	}
	_, again := c.sink.(refresher)
	if m.Alert.Change == alerts.Resolved || again && !errors.Is(why, ErrRefused) {
		c.told.note(m)
	}
	return nil
}

// lay sets a message aside; until that has worked it is tried again.
func (c *Courier) lay(ctx context.Context, m *Message, why error) error {
	for {
		err := c.bury(ctx, m, why)
		if err == nil {
			c.stats.undelivered.Inc()
			c.log.Error().AnErr("why", why).Str("alert", m.ID).Msg("alert not delivered; it is kept among the undelivered")
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.log.Error().Err(err).Str("alert", m.ID).Msg("cannot set an undelivered alert aside")
		if err := rest(ctx, longestPause/10); err != nil {
			return err
		}
	}
}
