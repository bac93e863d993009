package alerts

import (
	"fmt"
	"slices"

	"labwatch/record"
)

// The names of the plain rules, as they stand in Alert.Rule, metrics and the config.
const (
	RuleErrorCode     = "error_code"
	RuleLimit         = "limit"
	RuleCriticalValue = "critical_value"
	RuleSilent        = "silent"
	RuleQCFailed      = "qc_failed"
)

// kinds maps the words of the config to the kinds of readings, in the order in which they are listed to people.
func kinds() []record.Kind {
	return []record.Kind{record.Result, record.Control, record.Event, record.Telemetry}
}

// hasKind says whether the words of the config name k.
func hasKind(words []string, k record.Kind) bool { return slices.Contains(words, k.String()) }

// validateKinds returns an error for each word that names no kind of reading, or names one twice.
func validateKinds(path string, words []string) []error {
	var errs []error
	for i, w := range words {
		known := slices.ContainsFunc(kinds(), func(k record.Kind) bool { return k.String() == w })
		switch {
		case !known:
			errs = append(errs, fmt.Errorf("%s[%d]: %q is none of result, qc, log, telemetry", path, i, w))
		case slices.Index(words, w) != i:
			errs = append(errs, fmt.Errorf("%s[%d]: %q is named twice", path, i, w))
		}
	}
	return errs
}
