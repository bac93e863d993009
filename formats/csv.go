package formats

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"labwatch/record"
)

// maxRow bounds a row, in bytes, and maxColumns its columns.
const (
	maxRow     = 64 << 10
	maxColumns = 1024
)

var errColumns = errors.New("it has another number of columns than the header")

// CSV reads messages of comma-separated values (RFC 4180): a row that names the columns, then one row for each
// reading, so that a message stands for itself. Options.Header takes the place of the first row. Quoted fields may
// hold commas, doubled quotes and line ends; blank lines are passed over; a quote within an unquoted field is
// taken as it stands. Rows makes such messages out of a file.
//
// Columns are called like the fields of the JSON form, and in telemetry every other column of numbers is a channel unless
// its name is that of a thing or a person, or Options.Columns says which columns make which field. An empty field is absent.
type CSV struct {
	kind    record.Kind
	columns []column // of Options.Columns, nil to go by the header
	header  []string // of Options.Header

	named   string   // first row that plan was made for
	names   []string // its columns
	plan    []column
	row     []string // scratch
	members members
}

// NewCSV is the Plugin of CSV. Its errors name the column at fault.
func NewCSV(o Options) (Format, error) {
	if err := checkKind(o.Kind); err != nil {
		return nil, err
	}
	columns, err := parseColumns(o.Columns, o.Kind)
	if err != nil {
		return nil, err
	}
	c := &CSV{kind: o.Kind, columns: columns, header: o.Header}
	if len(o.Header) > 0 {
		if err := c.plot(o.Header); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Decode reads one message. The readings' texts are slices of one copy of the payload.
func (c *CSV) Decode(dst []record.Raw, payload []byte) ([]record.Raw, error) {
	if len(payload) > MaxMessage {
		return dst, fmt.Errorf("read csv: %w, %d bytes", ErrTooLarge, MaxMessage)
	}
	if !utf8.Valid(payload) {
		return dst, errors.New("read csv: not UTF-8")
	}
	rest := strings.TrimPrefix(string(payload), "\ufeff") // editors on Windows begin files with a BOM
	if len(c.header) == 0 {
		var err error
		if rest, err = c.readHeader(rest); err != nil {
			return dst, fmt.Errorf("read csv: header: %w", err)
		}
	}
	out := dst
	for n := 1; ; n++ {
		row, left, err := splitRow(c.row[:0], rest)
		if err == nil && row == nil {
			break
		}
		if err == nil {
			c.row, rest = row, left
			out, err = c.reading(out, row, n)
		}
		if err != nil {
			return dst, fmt.Errorf("read csv: row %d: %w", n, err)
		}
	}
	if len(out) == len(dst) {
		return dst, errors.New("read csv: no row behind the header")
	}
	return out, nil
}

// readHeader takes the first row off. Messages of one topic have the same, so that its meaning is worked out once.
func (c *CSV) readHeader(s string) (rest string, err error) {
	if n := len(c.named); n > 0 && len(s) > n && s[:n] == c.named {
		return s[n:], nil
	}
	names, rest, err := splitRow(nil, s)
	if err != nil {
		return "", err
	}
	if names == nil {
		return "", errors.New("there is none")
	}
	c.named = ""
	if err := c.plot(names); err != nil {
		return "", err
	}
	if n := len(s) - len(rest); s[n-1] == '\n' { // else the next message could go on in the middle of the row
		c.named = strings.Clone(s[:n])
	}
	return rest, nil
}

func (c *CSV) reading(dst []record.Raw, row []string, n int) ([]record.Raw, error) {
	if len(row) != len(c.names) {
		return dst, errColumns
	}
	m := &c.members
	m.reset()
	for i := range c.plan {
		p := &c.plan[i]
		value := p.value(row, n)
		switch {
		case p.field != unknown:
			m.text[p.field] = value
			if value != "" {
				m.seen |= 1 << p.field
			}
		case value != "":
			m.others = append(m.others, other{member: member{p.name, value}})
		}
	}
	kind, err := m.kind(c.kind)
	if err != nil {
		return dst, err
	}
	out, raw := extend(dst)
	if err := m.fill(raw, kind); err != nil {
		return dst, err
	}
	return out, nil
}
