package state

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// markedBlob is what must not lie on the disk in clear.
const markedBlob = "ZQ-PATIENT-4711"

func testKey(n byte) []byte {
	key := make([]byte, keySize)
	for i := range key {
		key[i] = n + byte(i)
	}
	return key
}

func keyFile(t testing.TB, keys ...byte) string {
	t.Helper()
	text := "# the first is in use\n"
	for i, n := range keys {
		line := base64.StdEncoding.EncodeToString(testKey(n))
		if i > 0 {
			line = hex.EncodeToString(testKey(n)) + " # former"
		}
		text += line + "\n"
	}
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openWith opens a folder with keys, none for in clear, and returns what was said.
func openWith(t *testing.T, dir string, keys ...byte) (*Store, string, error) {
	t.Helper()
	config := small(dir)
	if len(keys) > 0 {
		config.EncryptionKeyFile = keyFile(t, keys...)
	}
	var log logText
	s, err := Open(config, zerolog.New(&log).Level(zerolog.InfoLevel), owner)
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	said := log.String() + fmt.Sprintf("%v %+v", err, config)
	for n := byte(1); n < 4; n++ {
		if key := string(testKey(n)); strings.Contains(said, key) || strings.Contains(said, hex.EncodeToString([]byte(key))[:16]) ||
			strings.Contains(said, base64.StdEncoding.EncodeToString([]byte(key))[:16]) {
			t.Errorf("a key is shown: %s", said)
		}
	}
	return s, log.String(), err
}

// inClear says whether the marked blob can be found below a folder.
func inClear(t *testing.T, dir string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(markedBlob))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func fill(t *testing.T, s *Store) {
	t.Helper()
	for n := range 20 { // enough for tables beside the log
		pairs := []string{"a", markedBlob}
		for i := range 100 {
			pairs = append(pairs, fmt.Sprint("k", i), strings.Repeat(fmt.Sprint(markedBlob, n), 300))
		}
		write(t, s, 0, "p1", pairs...)
	}
}

// has says whether the content of fill is there.
func has(t *testing.T, s *Store) bool {
	t.Helper()
	n, marked := 0, false
	if _, err := s.Load(0, nil, func(key string, blob []byte) error {
		n++
		marked = marked || key == "a" && string(blob) == markedBlob
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if marked != (n == 101) {
		t.Fatalf("%d entries, the marked one %v", n, marked)
	}
	return marked
}

// The life of an encrypted folder: nothing in clear on the disk, keys change at a start, a missing key is told.
func TestEncryption(t *testing.T) {
	dir := t.TempDir()
	s, said, err := openWith(t, dir, 1)
	if err != nil || said != "" {
		t.Fatal(err, said)
	}
	fill(t, s)
	shut(t, s)
	if inClear(t, dir) {
		t.Fatal("the disk holds what was written, in clear")
	}
	for _, step := range []struct {
		keys      []byte
		log, want string // what is said, or the error
	}{
		{[]byte{1}, "", ""},
		{[]byte{2, 1}, "is now under the first key", ""},
		{[]byte{2, 1}, "", ""}, // once
		{[]byte{2}, "", ""},
		{[]byte{1}, "", "add the former key as a further line, or delete the folder"},
		{nil, "", "is encrypted and state.encryption_key_file is not set"},
		{[]byte{3, 1}, "", "add the former key"},
		{[]byte{3, 1, 2}, "is now under the first key", ""},
		{[]byte{2}, "", "add the former key"},
		{[]byte{3}, "", ""},
	} {
		s, said, err := openWith(t, dir, step.keys...)
		if step.want != "" {
			if err == nil || !strings.Contains(err.Error(), step.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("keys %v: %v, wanted %q", step.keys, err, step.want)
			}
			continue
		}
		if err != nil || (step.log == "") != (said == "") || !strings.Contains(said, step.log) {
			t.Fatalf("keys %v: %v, log %q", step.keys, err, said)
		}
		if !has(t, s) {
			t.Fatalf("keys %v: the content is gone", step.keys)
		}
		shut(t, s)
	}
}

// What was written in clear is not kept beside an encrypted rest, and it is said that it goes.
func TestEncryptionSwitchedOn(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	fill(t, s)
	shut(t, s)
	if !inClear(t, dir) {
		t.Fatal("the search is blind")
	}
	if err := os.Rename(filepath.Join(dir, badgerName), filepath.Join(dir, damagedName)); err != nil {
		t.Fatal(err)
	}
	s, _ = open(t, dir)
	fill(t, s)
	shut(t, s)
	s, said, err := openWith(t, dir, 1)
	if err != nil || !strings.Contains(said, "was not encrypted and was dropped; it will be rebuilt") {
		t.Fatal(err, said)
	}
	if has(t, s) || inClear(t, dir) {
		t.Error("it is still there")
	}
	fill(t, s)
	shut(t, s)
	if inClear(t, dir) {
		t.Error("the disk holds what was written, in clear")
	}
}

// A damaged key registry is damage like any other: set aside, and told.
func TestDamagedRegistry(t *testing.T) {
	dir := t.TempDir()
	s, _, err := openWith(t, dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	shut(t, s)
	path := filepath.Join(dir, badgerName, "KEYREGISTRY")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, said, err := openWith(t, dir, 1)
	if err != nil || !strings.Contains(said, "set aside") || has(t, s) {
		t.Errorf("%v, log %q", err, said)
	}
}

func TestReadKeys(t *testing.T) {
	good := hex.EncodeToString(testKey(1))
	for text, want := range map[string]string{
		good:                           "",
		"# none\n":                     "holds no key",
		good + "\n" + good[:62]:        "line 2 of",
		"hunter2":                      "line 1 of",
		strings.Repeat("00", keySize):  "line 1 of",
		good + " # in use\n\n" + good:  "",
		strings.Repeat("hunter2!", 12): "line 1 of",
	} {
		path := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		keys, err := readKeys(path)
		switch {
		case want == "" && (err != nil || keys[0].Reveal() != string(testKey(1))):
			t.Errorf("%q: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%q: %v, wanted %q", text, err, want)
		}
	}
	path := keyFile(t, 1)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readKeys(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that everybody may read: %v", err)
	}
}
