package secret

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Source says where a secret is: in a file or in an environment variable. The zero one says nowhere.
type Source struct {
	File string // holds the secret alone; one line break at the end is not part of it
	Env  string // name of the variable
}

// longest is the size of the longest secret, in bytes: a token with many claims has some thousands.
const longest = 64 << 10

// Named says whether there is a source at all.
func (s Source) Named() bool { return s != Source{} }

// Read fetches the secret. It is called whenever the secret is needed, so that a new one needs no restart; the
// environment of a process does not change, so only a file can be rotated that way. No error shows any part of it.
func (s Source) Read() (Secret, error) {
	switch {
	case s.File != "" && s.Env != "":
		return Secret{}, errors.New("a file and an environment variable are named, one must be")
	case s.File != "":
		text, err := ReadFile(s.File)
		if err != nil {
			return Secret{}, err
		}
		return given(text, fmt.Sprintf("file %q", s.File))
	case s.Env != "":
		return given(os.Getenv(s.Env), "environment variable "+s.Env)
	}
	return Secret{}, errors.New("neither a file nor an environment variable is named")
}

func given(text, where string) (Secret, error) {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if text == "" {
		return Secret{}, fmt.Errorf("%s is empty", where)
	}
	return New(text), nil
}

// ReadFile reads a file that others than its owner and group may not read. The group may: Kubernetes mounts secrets for
// the pod's group.
func ReadFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open secret: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("look at secret: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o027 != 0 {
		return "", fmt.Errorf("file %q has mode %v: it must be a file that others cannot read and only its owner can write (chmod 600)", path, info.Mode())
	}
	b, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	if len(b) > longest {
		return "", fmt.Errorf("file %q has more than %d bytes, it is no secret", path, longest)
	}
	return string(b), nil
}
