package formats

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"labwatch/record"
)

func newFormat(t testing.TB, plugin Plugin, o Options) Format {
	f, err := plugin(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestJSONRefuses(t *testing.T) {
	deep := func(n int) string {
		return `{"result_id":"R","x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"c%d":1`, i)
		}
		return `{"result_id":"R"` + b.String() + `}`
	}
	for _, c := range []struct {
		name, payload string
		want          error // nil: it is read
	}{
		{"empty", ``, errNoObject},
		{"blank", "\n ", errNoObject},
		{"text", `"result_id"`, errNoObject},
		{"a BOM", "\ufeff{}", errNoObject},
		{"nothing in it", `{}`, ErrUnknownKind},
		{"open", `{"result_id":"R"`, errSyntax},
		{"open text", `{"result_id":"R`, errOpen},
		{"open name", `{"result_id`, errOpen},
		{"comma at the end", `{"result_id":"R",}`, errSyntax},
		{"comma at the start", `{,"result_id":"R"}`, errSyntax},
		{"no comma", `{"result_id":"R" "x":1}`, errSyntax},
		{"no colon", `{"result_id" "R"}`, errSyntax},
		{"bare name", `{result_id:"R"}`, errSyntax},
		{"no value", `{"result_id":}`, errSyntax},
		{"single quotes", `{'result_id':'R'}`, errSyntax},
		{"a comment", `{"result_id":"R"/**/}`, errSyntax},
		{"NaN", `{"result_id":"R","x":NaN}`, errSyntax},
		{"plus sign", `{"result_id":"R","x":+1}`, errSyntax},
		{"leading zero", `{"result_id":"R","x":01}`, errSyntax},
		{"no digit before the point", `{"result_id":"R","x":.5}`, errSyntax},
		{"no digit behind the point", `{"result_id":"R","x":1.}`, errSyntax},
		{"no digit in the exponent", `{"result_id":"R","x":1e+}`, errSyntax},
		{"a lone sign", `{"result_id":"R","x":-}`, errSyntax},
		{"half a word", `{"result_id":"R","x":tru}`, errSyntax},
		{"a word too long", `{"result_id":"R","x":nulls}`, errSyntax},
		{"line end in a text", "{\"result_id\":\"R\n\"}", errControl},
		{"line end behind an escape", "{\"result_id\":\"\\t\n\"}", errControl},
		{"unknown escape", `{"result_id":"\x41"}`, errEscape},
		{"cut escape", `{"result_id":"\u00"}`, errEscape},
		{"second half of a pair only", `{"result_id":"\udc00"}`, errEscape},
		{"two first halves", `{"result_id":"\ud800\ud800"}`, errEscape},
		{"list not closed right", `{"result_id":"R","x":[1}`, errSyntax},
		{"bad JSON in what is passed over", `{"result_id":"R","x":{"y":[1,]}}`, errSyntax},
		{"bad text in what is passed over", `{"result_id":"R","x":["\u12"]}`, errEscape},
		{"nested as deep as may be", deep(maxDepth - 1), nil},
		{"nested too deeply", deep(maxDepth), errDeep},
		{"as many members as may be", many(maxMembers - 1), nil},
		{"too many members", many(maxMembers), ErrTooLarge},
		{"many names, one of them twice", strings.Replace(many(100), `"c70"`, `"c3"`, 1), errTwice},
		{"an early name again behind many", strings.Replace(many(100), `"c99"`, `"c20"`, 1), errTwice},
		{"as long as may be", `{"result_id":"R"}` + strings.Repeat(" ", MaxMessage-17), nil},
		{"too long", `{"result_id":"R"}` + strings.Repeat(" ", MaxMessage-16), ErrTooLarge},
		{"channel name twice in a list", `{"channels":[{"name":"a","value":1},{"name":"a","value":2}]}`, errTwice},
		{"value twice in a channel", `{"channels":[{"name":"a","value":1,"value":2}]}`, errTwice},
		{"a channel without name", `{"channels":[{"value":1}]}`, errChannels},
		{"a channel without value", `{"channels":[{"name":"a"}]}`, errChannels},
		{"a channel that is a list", `{"channels":[{"name":"a","value":[]}]}`, errChannels},
		{"a channel that is a boolean", `{"channels":{"a":true}}`, errChannels},
		{"channels of numbers only", `{"channels":[1,2]}`, errChannels},
	} {
		t.Run(c.name, func(t *testing.T) {
			raws, err := newFormat(t, NewJSON, Options{}).Decode(nil, []byte(c.payload))
			if !errors.Is(err, c.want) || (err == nil) != (len(raws) == 1) {
				t.Errorf("%d readings, error %v, want %v", len(raws), err, c.want)
			}
		})
	}
	if _, err := newFormat(t, NewJSON, Options{}).Decode(nil, []byte("{\"result_id\":\"\xff\"}")); err == nil {
		t.Error("a text that is not UTF-8 is read")
	}
}

func TestJSONOptions(t *testing.T) {
	for _, o := range []Options{{Kind: record.Tick}, {Kind: 9}, {Columns: map[string]string{"device_id": "x"}}, {Header: []string{"a"}}} {
		if f, err := NewJSON(o); err == nil || f != nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// What is not UTF-8 is refused wherever it stands, also where the text is passed over.
func TestJSONRefusesWhatIsNotUTF8(t *testing.T) {
	for _, form := range []string{
		`%s`, `{"result_id":"%s"}`, `{"result_id":"1234567%s"}`, `{"result_id":"\n%s"}`, `{"result_id":"R","%s":1}`, `{"result_id":"R","x":{"%s":1}}`,
		`{"result_id":"R","x":["%s"]}`, `{"result_id":"R","channels":[{"name":"%s"}]}`, `{"result_id":"R"}%s`,
	} {
		for wide, want := range map[string]bool{"\xff": true, "\xc3": true, "\xed\xa0\x80": true, "ä": false, "日本": false} {
			_, err := newFormat(t, NewJSON, Options{}).Decode(nil, []byte(strings.Replace(form, "%s", wide, 1)))
			if got := err != nil && strings.Contains(err.Error(), "UTF-8"); got != want {
				t.Errorf("%s with %q: %v", form, wide, err)
			}
		}
	}
}

// The texts of a message lie in room that it shares with others, so that a reading costs no allocation.
func TestJSONAllocatesSeldom(t *testing.T) {
	for _, payload := range []string{lab, station} {
		f := newFormat(t, NewJSON, Options{})
		var raws []record.Raw
		n := testing.AllocsPerRun(200, func() { raws, _ = f.Decode(raws[:0], []byte(payload)) })
		if n > 1 { // the payload that this test makes
			t.Errorf("%v allocations of %s", n, payload)
		}
	}
}

// What a long message leaves in a decoder and its readings does not live on behind a shorter one.
func TestJSONKeepsNoOlderMessage(t *testing.T) {
	j := &JSON{}
	raws, err := j.Decode(nil, []byte(`{"sample_id":"S","a":1,"b":2,"channels":{"c":3,"d":4}}`))
	if err != nil || len(raws[0].Channels) != 4 {
		t.Fatalf("%+v, %v", raws, err)
	}
	if raws, err = j.Decode(raws[:0], []byte(`{"sample_id":"S","a":1,"channels":{"c":3}}`)); err != nil {
		t.Fatal(err)
	}
	if tail := raws[0].Channels[2:4]; tail[0] != (record.RawChannel{}) || tail[1] != (record.RawChannel{}) {
		t.Errorf("channels %v remain", tail)
	}
	if o, c := j.members.others[:2][1], j.members.channels[:2][1]; o != (other{}) || c != (member{}) {
		t.Errorf("members %v and %v remain", o, c)
	}
}

// FuzzJSON holds the scanner against another reader of JSON: what we read, it reads, with the same texts and
// numbers; and what it reads we refuse for what it means only, not for how it is written. A decoder that has a habit
// already reads the same.
func FuzzJSON(f *testing.F) {
	for _, payload := range seeds(f, "json") {
		f.Add(payload)
	}
	f.Add([]byte(lab))
	f.Add([]byte(station))
	f.Fuzz(func(t *testing.T, payload []byte) {
		j := &JSON{}
		raws, err := j.Decode(nil, payload)
		checkError(t, err)
		used := &JSON{}
		for _, before := range [][]byte{payload, backwards(payload), payload} {
			_, _ = used.Decode(nil, before) // it may be no message
			again, errAgain := used.Decode(nil, payload)
			if !reflect.DeepEqual(again, raws) || fmt.Sprint(errAgain) != fmt.Sprint(err) {
				t.Fatalf("behind %q it reads %+v, %v, at first %+v, %v", before, again, errAgain, raws, err)
			}
		}
		want, wantErr := reference(payload)
		switch {
		case err == nil && wantErr != nil:
			t.Fatalf("read, but the reference says %v", wantErr)
		case wantErr == nil && errors.Is(err, errTwice):
			if j.members.seen.has(channelsField) {
				return // a channel may stand twice where no name does
			}
			t.Fatal("no name stands twice")
		case wantErr == nil && err != nil && !errors.Is(err, ErrUnknownKind) && !errors.Is(err, errTwoNames) &&
			!errors.Is(err, errNested) && !errors.Is(err, errChannels) && !errors.Is(err, errDeep) && !errors.Is(err, ErrTooLarge):
			t.Fatalf("the reference reads it, but not we: %v", err)
		}
		if err != nil {
			return
		}
		if len(raws) != 1 {
			t.Fatalf("%d readings", len(raws))
		}
		var others []other
		for _, m := range want {
			if f := fieldOf(m.name); f != unknown && m.sort != nestedValue && j.members.text[f] != m.value {
				t.Errorf("field %d is %q, want %q", f, j.members.text[f], m.value)
			} else if f == unknown && (m.sort == textValue || m.sort == numberValue) {
				others = append(others, other{m.member, m.sort == numberValue})
			}
		}
		if !slices.Equal(others, j.members.others) {
			t.Errorf("others %v, want %v", j.members.others, others)
		}
	})
}

// backwards is an object with its members in the opposite order, as far as they can be read; a payload that is no object
// stays as it is.
func backwards(payload []byte) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(payload), jsontext.AllowDuplicateNames(true))
	if object, err := d.ReadToken(); err != nil || object.Kind() != '{' {
		return payload
	}
	var members [][]byte
	for {
		name, err := d.ReadValue()
		if err != nil {
			break
		}
		name = name.Clone()
		value, err := d.ReadValue()
		if err != nil {
			break
		}
		members = append(members, slices.Concat(name, []byte(":"), value))
	}
	slices.Reverse(members)
	return slices.Concat([]byte("{"), bytes.Join(members, []byte(",")), []byte("}"))
}

type sorted struct {
	member
	sort sort
}

// reference reads the members of an object with go-json-experiment, names that stand twice below it let be.
func reference(payload []byte) (all []sorted, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(payload), jsontext.AllowDuplicateNames(true))
	object, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	object = object.Clone()
	if _, err := d.ReadToken(); err == nil {
		return nil, errors.New("more than one value")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if object.Kind() != '{' {
		return nil, errors.New("no object")
	}
	d = jsontext.NewDecoder(bytes.NewReader(object), jsontext.AllowDuplicateNames(true))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		m := sorted{member: member{name: name.String()}}
		if names[m.name] {
			return nil, errors.New("a name twice")
		}
		names[m.name] = true
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		switch value.Kind() {
		case '"':
			text, err := jsontext.AppendUnquote(nil, value)
			if err != nil {
				return nil, err
			}
			m.value, m.sort = string(text), textValue
		case '0':
			m.value, m.sort = string(value), numberValue
		case 't', 'f':
			m.value, m.sort = string(value), boolValue
		case 'n':
			m.sort = nullValue
		default:
			m.sort = nestedValue
		}
		all = append(all, m)
	}
	return all, nil
}

// checkError sees that an error is made of nothing but our own words and numbers.
func checkError(t *testing.T, err error) {
	if err == nil {
		return
	}
	known := []string{"read json", "read csv", "header", "at byte 0", "row 0", "not UTF-0", "there is none",
		ErrTooLarge.Error(), ErrTooLarge.Error() + ", 0 bytes", ErrUnknownKind.Error(), "it has fields of more than one",
		"its member kind is none of result, qc, log, telemetry", "no row behind the header"}
	for _, e := range []error{errNested, errTwoNames, errChannels, errTwice, errNoObject, errTrailing, errSyntax, errDeep,
		errControl, errEscape, errOpen, errUnclosed, errBehind, errColumns} {
		known = append(known, e.Error())
	}
	for _, part := range strings.Split(digits.ReplaceAllString(err.Error(), "0"), ": ") {
		if !slices.Contains(known, part) {
			t.Errorf("%q of the error %q is not one of our words", part, err)
		}
	}
}

var digits = regexp.MustCompile(`[0-9]+`)
