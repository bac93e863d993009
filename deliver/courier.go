package deliver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"labwatch/alerts"
)

// Courier brings the messages of the topic to one sink: chooses, tries, tries again, and sets aside what is refused
// or too old. It serves one goroutine.
type Courier struct {
	name    string
	sink    Sink
	least   alerts.Severity
	updates bool
	giveUp  time.Duration
	bury    Bury
	stats   *Stats
	log     zerolog.Logger

	told      *told
	past      time.Time // when the last message of a former run was seen
	refreshed time.Time
}

// The pauses between two tries. They double; a sink that says when it wants to be asked again is obeyed up to the
// longest.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = time.Minute
)

// tryFor bounds one try.
const tryFor = 15 * time.Second

// NewCourier serves the sink that c describes.
func NewCourier(c SinkConfig, giveUp time.Duration, bury Bury, stats *Stats, log zerolog.Logger) (*Courier, error) {
	sink, err := newSink(c)
	if err != nil {
		return nil, fmt.Errorf("sink %s: %w", c.Name, err)
	}
	least, _ := severity(c.MinSeverity)
	updates := c.Updates || c.Type == "alertmanager" // which keeps only the newest of each
	return &Courier{
		name: c.Name, sink: sink, least: least, updates: updates, giveUp: giveUp, bury: bury, stats: stats,
		log: log.With().Str("sink", c.Name).Logger(), told: newTold(),
	}, nil
}

// Past takes note of a message that was handled by a former run, so that it is known what the other side has heard.
func (c *Courier) Past(value []byte, at int64, partition int32) {
	c.past = time.Now()
	if m, err := parse(value, at, partition); err == nil && c.told.choose(&m, c.least, c.updates) {
		c.told.note(&m)
	}
}

// Take hands a message over. It returns an error only when ctx ended before that: then it is to be taken again.
func (c *Courier) Take(ctx context.Context, value []byte, at int64, partition int32) error {
	m, err := parse(value, at, partition)
	if err != nil { // a foreign message in our topic
		c.stats.failed(reasonUnreadable)
		return c.lay(ctx, &Message{JSON: value, At: at, Partition: partition}, err)
	}
	if !c.told.choose(&m, c.least, c.updates) {
		return nil
	}
	c.stats.waitingSince(m.At)
	defer c.stats.waitingSince(0)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		try, cancel := context.WithTimeout(ctx, tryFor)
		err := c.sink.Send(try, &m)
		cancel()
		switch {
		case err == nil:
			c.stats.sent.Inc()
			c.stats.up.Set(1)
			c.told.note(&m)
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrRefused):
			c.stats.failed(reasonRefused)
			return c.giveUpOn(ctx, &m, err)
		}
		c.stats.failed(reasonUnreachable)
		c.stats.up.Set(0)
		if time.Since(time.Unix(0, m.At)) > c.giveUp {
			return c.giveUpOn(ctx, &m, fmt.Errorf("older than %v: %w", c.giveUp, err))
		}
		wait := pause
		if later := new(laterError); errors.As(err, &later) {
			wait = min(max(wait, later.after), longestPause)
		}
		c.log.Warn().Err(err).Str("alert", m.ID).Dur("again_in", wait).Msg("alert not delivered yet")
		if err := rest(ctx, wait); err != nil {
			return err
		}
	}
}

// rest waits, unless ctx ends before that.
func rest(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

// Lost forgets what was told about a partition that another instance now serves.
func (c *Courier) Lost(partition int32) { c.told.drop(partition) }
