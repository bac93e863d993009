package record

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// ParseKeyring reads keys from lines of a name and a value; # begins a comment:
//
//	kid        2026a
//	patient    <at least 32 random bytes in base64 or hex>
//	technician <others>
//
// A further kid begins the former keys: the first ones make tokens and seals, the others only open old seals.
// Neither a key nor a part of it appears in an error.
func ParseKeyring(data []byte) (*Keyring, error) {
	var rings []*Keyring
	var id, patient, technician string
	flush := func() error {
		if id == "" {
			return nil
		}
		ring, err := decodeKeyring(id, patient, technician)
		if err != nil {
			return err
		}
		for _, other := range rings {
			if other.id == ring.id || bytes.Equal(other.patient, ring.patient) || bytes.Equal(other.technician, ring.technician) {
				return fmt.Errorf("key ids %s and %s share the id or a key", quoteKeyID(other.id), quoteKeyID(ring.id))
			}
		}
		rings = append(rings, ring)
		patient, technician = "", ""
		return nil
	}
	for i, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, fmt.Errorf("line %d: a name and a value expected", i+1)
		}
		var dst *string
		switch fields[0] {
		case "kid":
			if err := checkKeyID(fields[1]); err != nil { // before anything quotes it: it may be a key
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			if err := flush(); err != nil {
				return nil, err
			}
			id = fields[1]
			continue
		case "patient":
			dst = &patient
		case "technician":
			dst = &technician
		default:
			return nil, fmt.Errorf("line %d: kid, patient or technician expected", i+1)
		}
		if id == "" || *dst != "" {
			return nil, fmt.Errorf("line %d: %s stands before its kid or twice", i+1, fields[0])
		}
		*dst = fields[1]
	}
	if err := flush(); err != nil {
		return nil, err
	}
	if len(rings) == 0 {
		return nil, fmt.Errorf("no keys in it")
	}
	rings[0].older = rings[1:]
	return rings[0], nil
}

func decodeKeyring(id, patient, technician string) (*Keyring, error) {
	p, err := decodeKey(patient)
	if err != nil {
		return nil, fmt.Errorf("patient key of %s: %w", quoteKeyID(id), err)
	}
	t, err := decodeKey(technician)
	if err != nil {
		return nil, fmt.Errorf("technician key of %s: %w", quoteKeyID(id), err)
	}
	return newKeyring(id, p, t)
}

// decodeKey reads hex if the text is hex, else base64 with or without padding.
func decodeKey(text string) ([]byte, error) {
	if text == "" {
		return nil, fmt.Errorf("missing")
	}
	if key, err := hex.DecodeString(text); err == nil {
		return key, nil
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, fmt.Errorf("neither hex nor base64") // the cause would quote the key
	}
	return key, nil
}
