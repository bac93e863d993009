package config

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// envPrefix begins every variable of ours. Each setting has one: kafka.brokers is LABWATCH_KAFKA_BROKERS, and
// LABWATCH_KAFKA_BROKERS_FILE names a file that holds the value, as secrets are handed to containers.
const envPrefix = "LABWATCH_"

func envName(path string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// setFromEnvironment puts variables over what the file said, and returns the source of each setting that it set.
// A variable of ours that sets nothing is a mistake: it was meant to set something.
func (c *Config) setFromEnvironment(environ []string) (map[string]string, []error) {
	set := map[string]string{}
	for _, line := range environ {
		if name, text, _ := strings.Cut(line, "="); strings.HasPrefix(name, envPrefix) {
			set[name] = text
		}
	}
	sources, known := map[string]string{}, map[string]bool{}
	var errs []error
	all := c.settings()
	for _, s := range all {
		known[envName(s.path)] = true
	}
	for _, s := range all {
		name := envName(s.path)
		text, here := set[name]
		delete(set, name)
		// A setting may be called like another's file (password, password_file): the setting is meant then.
		if path, named := set[name+"_FILE"]; named && !known[name+"_FILE"] {
			delete(set, name+"_FILE")
			if here {
				errs = append(errs, fmt.Errorf("%s and %s_FILE are both set", name, name))
				continue
			}
			b, err := os.ReadFile(path)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s_FILE: %w", name, err))
				continue
			}
			text, here, name = strings.TrimRight(string(b), "\r\n"), true, name+"_FILE"
		}
		if !here {
			continue
		}
		if err := s.set(text); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				errs = append(errs, fmt.Errorf("%s: %s", name, line))
			}
		}
		sources[s.path] = name
	}
	for _, s := range all {
		if strings.HasSuffix(s.path, "_env") || strings.HasSuffix(s.path, ".env") { // names a variable that holds a secret
			delete(set, s.value.String())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !notASetting().MatchString(name) {
			errs = append(errs, fmt.Errorf("%s: there is no such setting; \"labwatch config reference\" lists all", name))
		}
	}
	return sources, errs
}

// set reads a value: text as it is, a list of texts also as a,b,c, and everything else as YAML.
func (s setting) set(text string) error {
	into := s.value.Addr().Interface()
	list, isList := into.(*[]string)
	switch {
	case s.value.Kind() == reflect.String:
		s.value.SetString(text)
	case isList && !strings.HasPrefix(strings.TrimSpace(text), "["):
		*list = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("is empty")
	default:
		return unlined(decode([]byte(text), into)) // the line is always the first
	}
	return nil
}

// notASetting lets pass what begins with LABWATCH_ and is meant for somebody else: the links that Kubernetes puts into
// every container beside a service called labwatch, and the variables of the tests and of deploy/kafka. New ones of
// tests begin with LABWATCH_TEST_.
func notASetting() *regexp.Regexp {
	return regexp.MustCompile(`^LABWATCH_(` +
		`(.*_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)|` +
		`TEST_.*|STATE_TEST_PART|KAFKA(_DIR|_SECURE)?|FAULTS(_SEED)?|SABOTAGE|LONG|NHANES|TABULAR|NAB)$`)
}
