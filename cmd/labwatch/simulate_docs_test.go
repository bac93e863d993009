package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSimulateAsDocumented has the command itself read every simulate command of the documents, of its own help and of
// the compose stack. The context has ended, so it stops before it asks a broker.
func TestSimulateAsDocumented(t *testing.T) {
	documents := must(filepath.Glob("../../docs/*.md"))
	documents = append(documents, must(filepath.Glob("../../docs/runbooks/*.md"))...)
	var commands [][]string
	for _, name := range append(documents, "../../README.md") {
		commands = append(commands, simulateCommands(string(must(os.ReadFile(name))))...)
	}
	documented := len(commands)
	commands = append(commands, simulateCommands(newSimulateCommand().Example)...)
	helped := len(commands) - documented
	list := regexp.MustCompile(`(?s)command: (\["simulate".*?\])`).FindStringSubmatch(string(must(os.ReadFile("../../deploy/compose/compose.yaml"))))
	if list == nil || documented == 0 || helped == 0 {
		t.Fatalf("found %d commands in documents, %d in the help, and %q in the compose stack", documented, helped, list)
	}
	var ofStack []string
	if err := json.Unmarshal([]byte(list[1]), &ofStack); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for _, args := range append(commands, ofStack) {
		root := newRootCommand()
		root.SetArgs(args)
		if err := root.ExecuteContext(ended); err != nil {
			t.Errorf("labwatch %s: %v", strings.Join(args, " "), err)
		}
	}
}

// simulateCommands are the arguments of each simulate command in a text, as a shell would split them.
func simulateCommands(text string) (commands [][]string) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	for _, line := range regexp.MustCompile(`(?m)^[ \t]*(?:\./)?labwatch (simulate .*)$`).FindAllStringSubmatch(text, -1) {
		var args []string
		for _, word := range regexp.MustCompile(`'[^']*'|[^\s']+`).FindAllString(line[1], -1) {
			if word == "#" || word == "&" {
				break
			}
			args = append(args, strings.Trim(word, "'"))
		}
		commands = append(commands, args)
	}
	return commands
}
