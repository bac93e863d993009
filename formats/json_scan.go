package formats

import "errors"

// The ways in which a message is not JSON as we take it.
var (
	errNoObject = errors.New("not a JSON object")
	errTrailing = errors.New("something stands behind the object")
	errSyntax   = errors.New("not JSON")
	errDeep     = errors.New("nested too deeply")
)

// maxDepth bounds the nesting of a message, the message itself included.
const maxDepth = 16

// sort says what a value is.
type sort uint8

const (
	textValue sort = 1 + iota
	numberValue
	boolValue
	nullValue
	nestedValue // an object or a list; it is checked and passed over
)

// scanner reads the tokens of a message from the front. Its texts are slices of the message.
type scanner struct {
	s    string
	i    int
	wide bool // a text was not ASCII, and is to be checked
}

func (c *scanner) space() {
	for c.i < len(c.s) && c.s[c.i] <= ' ' {
		switch c.s[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

func (c *scanner) at(b byte) bool { return c.i < len(c.s) && c.s[c.i] == b }

func (c *scanner) take(b byte) bool {
	if c.at(b) {
		c.i++
		return true
	}
	return false
}

// element goes to the next element of a list; more is false behind its end.
func (c *scanner) element(first bool) (more bool, err error) { return c.next(']', first) }

// member goes to the value of the next member of an object and gives its name; more is false behind its end.
func (c *scanner) member(first bool) (name string, more bool, err error) {
	if more, err = c.next('}', first); !more {
		return "", false, err
	}
	name, err = c.name()
	return name, err == nil, err
}

// name reads the name of a member and goes to its value.
func (c *scanner) name() (name string, err error) {
	if !c.at('"') {
		return "", errSyntax
	}
	if name, err = c.text(); err != nil {
		return "", err
	}
	c.space()
	if !c.take(':') {
		return "", errSyntax
	}
	c.space()
	return name, nil
}

func (c *scanner) next(end byte, first bool) (more bool, err error) {
	c.space()
	if c.take(end) {
		return false, nil
	}
	if !first {
		if !c.take(',') {
			return false, errSyntax
		}
		c.space()
	}
	return true, nil
}

// value reads a value. Text is that of a text, unescaped, of a number or a boolean. Depth is how many objects and
// lists are open around it.
func (c *scanner) value(depth int) (text string, what sort, err error) {
	if c.i == len(c.s) {
		return "", 0, errSyntax
	}
	switch b := c.s[c.i]; b {
	case '"':
		text, err = c.text()
		return text, textValue, err
	case 't':
		return c.word("true", boolValue)
	case 'f':
		return c.word("false", boolValue)
	case 'n':
		_, what, err = c.word("null", nullValue)
		return "", what, err
	case '{', '[':
		return "", nestedValue, c.skip(depth + 1)
	default:
		start := c.i
		if !c.number() {
			return "", 0, errSyntax
		}
		return c.s[start:c.i], numberValue, nil
	}
}

func (c *scanner) word(w string, what sort) (string, sort, error) {
	if len(c.s)-c.i < len(w) || c.s[c.i:c.i+len(w)] != w {
		return "", 0, errSyntax
	}
	c.i += len(w)
	return w, what, nil
}

// skip checks an object or a list and passes over it. Names that stand twice are let be: nothing of it is read.
func (c *scanner) skip(depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	object := c.s[c.i] == '{'
	c.i++
	for first := true; ; first = false {
		var more bool
		var err error
		if object {
			_, more, err = c.member(first)
		} else {
			more, err = c.element(first)
		}
		if err != nil || !more {
			return err
		}
		if _, _, err = c.value(depth); err != nil {
			return err
		}
	}
}

// number passes over a number in the grammar of RFC 8259.
func (c *scanner) number() bool {
	c.take('-')
	switch {
	case c.take('0'):
	case !c.digits():
		return false
	}
	if c.take('.') && !c.digits() {
		return false
	}
	if c.take('e') || c.take('E') {
		if !c.take('+') {
			c.take('-')
		}
		return c.digits()
	}
	return true
}

func (c *scanner) digits() bool {
	start := c.i
	for c.i < len(c.s) && c.s[c.i]-'0' <= 9 {
		c.i++
	}
	return c.i > start
}
