package record

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testKeys are no secrets: bytes that count up.
func testKeys(t interface{ Fatal(...any) }) *Keyring {
	k, err := NewEphemeralKeyring(bytes.NewReader(counting(64)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestToken(t *testing.T) {
	k := testKeys(t)
	// The construction, spelled out once more.
	mac := hmac.New(sha256.New, counting(64)[:32])
	mac.Write([]byte("patient\x00North\x00MRN-7"))
	want := "p1.ephemeral." + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16]))
	got := k.PatientToken("North", "MRN-7")
	if got != want {
		t.Errorf("token %s, want %s", got, want)
	}
	for _, same := range []string{" mrn-7\t", "Mrn-7"} {
		if k.PatientToken("North", same) != got {
			t.Errorf("%q has another token", same)
		}
	}
	if k.PatientToken("", "M\u00fcller") != k.PatientToken("", "mu\u0308ller ") { // composed and decomposed
		t.Error("normal forms differ")
	}
	for _, other := range []string{k.PatientToken("South", "MRN-7"), k.TechnicianToken("North", "MRN-7"), k.PatientToken("North", "MRN-8"),
		k.PatientToken("NorthMRN-7", "")} {
		if other == got {
			t.Error("tokens collide")
		}
	}
	if k.PatientToken("North", " ") != "" {
		t.Error("nobody has a token")
	}
}

func TestParseKeyring(t *testing.T) {
	a, b, c, d := strings.Repeat("0a1b", 16), strings.Repeat("0c1d", 16), strings.Repeat("aGVs", 12), strings.Repeat("bG8s", 12)
	k, err := ParseKeyring([]byte("# ours\nkid 2026a\npatient " + a + "\ntechnician " + b + "\n\nkid 2025\npatient " + c + "\ntechnician " + d + " # old\n"))
	if err != nil || k.ID() != "2026a" || len(k.older) != 1 {
		t.Fatalf("%+v %v", k, err)
	}
	for text, want := range map[string]string{
		"":                    "no keys",
		"kid x\npatient " + a: "technician key of \"x\": missing",
		"kid x\npatient " + a + "\ntechnician " + a:   "are equal",
		"kid x\npatient 0a0b\ntechnician " + a:        "has 2 bytes",
		"kid X\npatient " + a + "\ntechnician " + b:   "lower-case",
		"kid a.b\npatient " + a + "\ntechnician " + b: "lower-case",
		"patient " + a: "before its kid",
		"kid x\npatient ??secret??\ntechnician " + b: "neither hex nor base64",
		"kid x y":                          "a name and a value",
		"key x":                            "kid, patient or technician",
		"kid " + a + "\npatient " + a:      "line 1: a key id has 1 to 32",
		"kid " + a + "\ntechnician " + b:   "line 1: a key id has 1 to 32",
		"kid ??secret??\npatient " + b:     "lower-case",
		"kid " + a[:32] + "\npatient " + b: "technician key of an id of 32 characters: missing",
		"kid " + a[:16] + "\npatient 0a0b\ntechnician " + b:                                         "patient key of an id of 16 characters has 2",
		"kid prod-2026-11-23-x\npatient " + b:                                                       "technician key of \"prod-2026-11-23-x\": missing",
		"kid x\npatient " + strings.Repeat("00", 32) + "\ntechnician " + b:                          "one byte repeated",
		"kid x\npatient " + a + "\ntechnician " + b + "\nkid y\npatient " + a + "\ntechnician " + c: "share the id or a key",
	} {
		_, err := ParseKeyring([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		} else if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), a[:8]) {
			t.Errorf("the error shows a key: %v", err)
		}
	}
}

func TestLoadKeyring(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	text := "kid a\npatient " + strings.Repeat("0a1b", 16) + "\ntechnician " + strings.Repeat("0c1d", 16)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeyring(path); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o440); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKeyring(path); err != nil {
		t.Errorf("a file as Kubernetes mounts it: %v", err)
	}
	for _, mode := range []os.FileMode{0o604, 0o660, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadKeyring(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("a file of mode %v: %v", mode, err)
		}
	}
	if _, err := LoadKeyring(path + "x"); err == nil {
		t.Error("a missing file passed")
	}
}

func TestSeal(t *testing.T) {
	text := "kid new\npatient " + strings.Repeat("0a1b", 16) + "\ntechnician " + strings.Repeat("0c1d", 16)
	old := "\nkid old\npatient " + strings.Repeat("1a1b", 16) + "\ntechnician " + strings.Repeat("1c1d", 16)
	sealer := func(text string) *Sealer {
		k, err := ParseKeyring([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := k.Sealer()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s, former := sealer(text+old), sealer(old)
	at, payload := Origin{Topic: "lab.results", Partition: 1, Offset: 7}, []byte(`{"patient_id":"MARKED"}`)
	sealed := s.Seal(at, payload)
	if bytes.Contains(sealed, []byte("MARKED")) {
		t.Error("not sealed")
	}
	if !bytes.Equal(sealed, s.Seal(at, payload)) {
		t.Error("the same message seals differently")
	}
	other := at
	other.Offset++
	if bytes.Equal(sealed[9:], s.Seal(other, payload)[9:]) {
		t.Error("another origin seals alike")
	}
	if got, err := s.Open(sealed); err != nil || !bytes.Equal(got, payload) {
		t.Errorf("%q %v", got, err)
	}
	if got, err := s.Open(former.Seal(at, payload)); err != nil || !bytes.Equal(got, payload) {
		t.Errorf("sealed with older keys: %q %v", got, err)
	}
	if _, err := former.Open(sealed); err == nil || !strings.Contains(err.Error(), `no key "new"`) {
		t.Errorf("opened without the key: %v", err)
	}
	for i := range sealed {
		bent := bytes.Clone(sealed)
		bent[i] ^= 1
		if _, err := s.Open(bent); err == nil {
			t.Errorf("byte %d was changed unnoticed", i)
		}
		if _, err := s.Open(sealed[:i]); err == nil {
			t.Errorf("cut at %d unnoticed", i)
		}
	}
}

func TestFingerprint(t *testing.T) {
	k := testKeys(t)
	if len(k.Fingerprint()) != 16 || k.Fingerprint() != testKeys(t).Fingerprint() {
		t.Error("the fingerprint is not stable")
	}
}

// Remembering tokens changes none of them, however many persons there are.
func TestTokensAreRememberedRight(t *testing.T) {
	k := testKeys(t)
	used := newTokenizer(k.id, "patient", k.patient)
	for round := range 2 {
		for i := range maxTokens + 100 {
			facility, id := []string{"", "North", "Nort"}[i%3], fmt.Sprint([]string{"", "h", "mrn "}[i%3], i/3)
			if got, want := used.token(facility, id), k.PatientToken(facility, id); got != want {
				t.Fatalf("round %d: %q at %q is %s, want %s", round, id, facility, got, want)
			}
		}
	}
	if n := len(used.cache.places); n != maxTokens {
		t.Errorf("%d tokens are remembered", n)
	}
	if n := testing.AllocsPerRun(100, func() { used.token("North", "mrn 1"); used.token("South-West", "mrn 1") }); n != 0 {
		t.Errorf("%v allocations for two persons of two facilities who are remembered", n)
	}
}

func BenchmarkToken(b *testing.B) {
	k := testKeys(b)
	t := newTokenizer(k.id, "patient", k.patient)
	b.ReportAllocs()
	for b.Loop() {
		t.token("North", "MRN-12345678")
	}
}

// BenchmarkTokenOfMany is of patients who come once.
func BenchmarkTokenOfMany(b *testing.B) {
	k := testKeys(b)
	t := newTokenizer(k.id, "patient", k.patient)
	ids := make([]string, 1<<17)
	for i := range ids {
		ids[i] = fmt.Sprint("MRN-", 12345678+i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		t.token("North", ids[i%len(ids)])
	}
}
