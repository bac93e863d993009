package state

import (
	"fmt"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"
)

// logger takes what Badger says. Its news of every table and level are of interest only to somebody who debugs it.
type logger struct{ log zerolog.Logger }

var _ badger.Logger = logger{}

func (l logger) Errorf(format string, args ...any)   { l.write(l.log.Error(), format, args) }
func (l logger) Warningf(format string, args ...any) { l.write(l.log.Warn(), format, args) }
func (l logger) Infof(format string, args ...any)    { l.write(l.log.Debug(), format, args) }
func (l logger) Debugf(format string, args ...any)   { l.write(l.log.Trace(), format, args) }

func (l logger) write(event *zerolog.Event, format string, args []any) {
	if event.Enabled() {
		event.Str("part", "badger").Msg(strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}
