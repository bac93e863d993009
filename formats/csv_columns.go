package formats

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"labwatch/record"
)

// rowNumber is the column that holds, or stands for, the number of the data row.
const rowNumber = "#"

// column is how one field or channel is made out of a row: texts and columns in turn.
type column struct {
	field field // unknown: the channel name
	name  string
	parts []part
}

// part is a text, or the column of that name.
type part struct {
	text   string
	column bool
	index  int // of the column in the row, -1 for the number of the row
}

// parseColumns reads the templates in the order of their fields' names, so that channels have an order.
func parseColumns(templates map[string]string, kind record.Kind) (columns []column, err error) {
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		f := fieldOf(name)
		switch {
		case f == channelsField, name == "":
			return nil, fmt.Errorf("columns: %q is no field; name each channel", name)
		case f == unknown && kind != 0 && kind != record.Telemetry, f != unknown && f != kindField && kind != 0 && !used(kind).has(f):
			return nil, fmt.Errorf("columns: %q is no field of a %v", name, kind)
		case f == unknown && !isChannel(name):
			return nil, fmt.Errorf("columns: %q is neither a field nor fit for a channel", name)
		}
		parts, err := parseTemplate(templates[name])
		if err != nil {
			return nil, fmt.Errorf("columns: %s: %w", name, err)
		}
		columns = append(columns, column{f, name, parts})
	}
	return columns, nil
}

// parseTemplate takes "row-{#}" apart.
func parseTemplate(s string) (parts []part, err error) {
	for s != "" {
		text, rest, found := strings.Cut(s, "{")
		if strings.Contains(text, "}") {
			return nil, errors.New("a } stands without {")
		}
		if text != "" {
			parts = append(parts, part{text: text})
		}
		if !found {
			return parts, nil
		}
		name, rest, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.Contains(name, "{") {
			return nil, errors.New("a { needs the name of a column and a }")
		}
		parts = append(parts, part{text: name, column: true})
		s = rest
	}
	return parts, nil
}

// plot works out where in a row everything stands.
func (c *CSV) plot(header []string) error {
	c.names = c.names[:0]
	at := map[string]int{}
	for i, name := range header {
		name = strings.TrimSpace(name)
		if _, twice := at[name]; twice {
			return errTwice
		}
		at[name] = i
		c.names = append(c.names, strings.Clone(name))
	}
	c.plan = c.plan[:0]
	if c.columns == nil {
		for i, name := range c.names {
			if f := fieldOf(name); name != rowNumber && f != channelsField {
				c.plan = append(c.plan, column{f, name, []part{{column: true, index: i}}})
			}
		}
		return nil
	}
	for _, col := range c.columns {
		col.parts = slices.Clone(col.parts)
		for i := range col.parts {
			p := &col.parts[i]
			if !p.column {
				continue
			}
			index, ok := at[p.text]
			if !ok && p.text != rowNumber {
				return fmt.Errorf("it lacks the column %q, of which %s is to be made", p.text, col.name)
			}
			if !ok {
				index = -1
			}
			p.index = index
		}
		c.plan = append(c.plan, col)
	}
	return nil
}

// value is what the row has for the column. n is the number of the row in its message, from 1.
func (c *column) value(row []string, n int) string {
	if len(c.parts) == 1 {
		return c.parts[0].value(row, n)
	}
	var b strings.Builder
	for i := range c.parts {
		b.WriteString(c.parts[i].value(row, n))
	}
	return b.String()
}

func (p *part) value(row []string, n int) string {
	switch {
	case !p.column:
		return p.text
	case p.index < 0:
		return strconv.Itoa(n)
	}
	return row[p.index]
}
