package kafka

import (
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kgo"
)

// clientLogger passes franz-go's warnings and errors to our log. Its info level speaks of every transaction.
type clientLogger struct{ log zerolog.Logger }

// newClientLogger lets a few lines through each second: the client may say the same of every buffered record.
func newClientLogger(log zerolog.Logger) clientLogger {
	return clientLogger{log.Sample(&zerolog.BurstSampler{Burst: 5, Period: time.Second})}
}

// Level implements kgo.Logger.
func (clientLogger) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log implements kgo.Logger. Keys and values are the client's own: offsets, addresses, errors; never payloads.
func (l clientLogger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	e := l.log.Debug()
	if level == kgo.LogLevelError {
		e = l.log.Warn()
	}
	for i := 0; i+1 < len(keyvals); i += 2 {
		key, ok := keyvals[i].(string)
		if !ok {
			continue
		}
		if err, ok := keyvals[i+1].(error); ok {
			e = e.AnErr(key, err)
		} else {
			e = e.Interface(key, keyvals[i+1])
		}
	}
	e.Str("from", "franz-go").Msg(msg)
}
