package labwatch_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// families tells licences apart by a sentence of their text, in lower case and with single
// blanks. All of them allow shipping a binary under Apache-2.0 together with their notice;
// CC-BY-4.0 and the FreeType licence ask for a credit, which NOTICE gives.
var families = []struct{ name, sentence string }{
	{"Apache-2.0", "apache license,? version 2.0"},
	{"BSD-3-Clause", "redistribution and use in source and binary forms.* neither the name"},
	{"BSD-2-Clause", "redistribution and use in source and binary forms"},
	{"CC-BY-4.0", "creative commons attribution 4.0 international public license"},
	{"CC0-1.0", "cc0 1.0 universal"},
	{"FTL", "the freetype license, which is similar to the original bsd license"},
	{"ISC", "permission to use, copy, modify, and(/or)? distribute this software for any purpose"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"OFL-1.1", "sil open font license"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

// TestLicences reads the licence of every module that is linked into the binary, as the module
// cache holds it, and expects NOTICE to name the module with it.
func TestLicences(t *testing.T) {
	notice, err := os.ReadFile("NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "./cmd/labwatch")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list the modules of cmd/labwatch: %v", err)
	}
	modules := strings.Fields(string(out))
	if len(modules) < 2*5 {
		t.Fatalf("list the modules of cmd/labwatch: only %d words", len(modules))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(modules); i += 2 {
		module, dir := modules[i], modules[i+1]
		if seen[module] {
			continue
		}
		seen[module] = true
		text, err := licenceText(dir)
		if err != nil {
			t.Errorf("%s: %v", module, err)
			continue
		}
		found, err := licences(text)
		if err != nil {
			t.Errorf("%s: %v", module, err)
			continue
		}
		if line := "\n  " + module + " (" + strings.Join(found, ", ") + ")\n"; !strings.Contains(string(notice), line) {
			t.Errorf("NOTICE has no line %q", strings.TrimSpace(line))
		}
	}
}

// licenceText joins the licence files at the top of a module.
func licenceText(dir string) (string, error) {
	var all strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("read the module cache: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || !regexp.MustCompile(`(?i)^(licen[cs]e|copying)`).MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		all.Write(text)
		all.WriteString("\n")
	}
	if all.Len() == 0 {
		return "", fmt.Errorf("no licence file in %s", filepath.Base(dir))
	}
	return all.String(), nil
}

// licences names the families in a text. Copyleft of the whole program and licences that
// restrict use are refused, unless the text offers a choice.
func licences(text string) (found []string, err error) {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	refused := regexp.MustCompile(`gnu (lesser |library |affero )?general public license|server side public license|business source license|commons clause`)
	choice := strings.Contains(text, "your choice of exactly one of the following two licenses")
	// MPL-2.0 itself names the GNU licences, as secondary ones.
	mozilla := strings.Contains(text, "mozilla public license version 2.0")
	if at := refused.FindString(text); at != "" && !choice && !mozilla {
		return nil, fmt.Errorf("licence speaks of the %q", at)
	}
	for _, f := range families {
		if f.name == "BSD-2-Clause" && slices.Contains(found, "BSD-3-Clause") {
			continue
		}
		if regexp.MustCompile(f.sentence).MatchString(text) {
			found = append(found, f.name)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("licence is of no known family: %.80q", text)
	}
	return found, nil
}

func TestLicencesTellFamiliesApart(t *testing.T) {
	cases := []struct{ text, want string }{
		{"The Apache License,\n  Version 2.0", "Apache-2.0"},
		{"Redistribution and use in source\nand binary forms, with. Neither the name of", "BSD-3-Clause"},
		{"Redistribution and use in source and binary forms, with or without", "BSD-2-Clause"},
		{"GNU AFFERO GENERAL PUBLIC LICENSE Version 3", ""},
		{"Commons Clause. Permission is hereby granted, free of charge, to any person obtaining a copy of this software", ""},
		{"All rights reserved.", ""},
	}
	for _, c := range cases {
		found, err := licences(c.text)
		if got := strings.Join(found, ", "); got != c.want || (err == nil) == (c.want == "") {
			t.Errorf("licences(%q) = %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}
