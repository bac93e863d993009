package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"labwatch/alerts"
	"labwatch/deliver"
)

// other makes the text of a value that is not the one that a setting has, by its type. A type that is not here has no
// variable that anybody tried.
func other(t *testing.T, s setting) string {
	t.Helper()
	switch v := s.value.Interface().(type) {
	case bool:
		if v {
			return "false"
		}
		return "true"
	case time.Duration:
		return "7h7m7s"
	case alerts.Severity:
		return "info"
	case []Input:
		return "[{topic: t, kind: any, format: csv, columns: {test_code: X}}]"
	case map[string]map[string]any:
		return "{ks: {window: 77}}"
	case map[string]alerts.DetectorPolicy:
		return "{ks: {open_after: 7}}"
	case map[string]alerts.Limit:
		return "{pH: {low: 7.1}}"
	case map[string][]string:
		return "{g: [a, b]}"
	case []deliver.SinkConfig:
		return "[{name: a, type: slack}]"
	case []string:
		return "other-a,other-b"
	case []float64:
		return "[1.5, 2]"
	}
	switch s.value.Kind() {
	case reflect.String:
		return "other: [text"
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint64, reflect.Float64:
		return "77"
	}
	t.Fatalf("%s: type %s is not tried here", s.path, s.value.Type())
	return ""
}

// TestEveryVariable sets each setting by its variable, and by a file that a variable names: that one changes, says
// so as its source, and nothing else does.
func TestEveryVariable(t *testing.T) {
	defaults := Default()
	before := defaults.settings()
	if len(before) < 70 { // those of the first version
		t.Fatalf("only %d settings", len(before))
	}
	names := map[string]string{}
	for i, s := range before {
		name := envName(s.path)
		if names[name] != "" {
			t.Errorf("%s: %s is also that of %s", s.path, name, names[name])
		}
		names[name] = s.path
		text := other(t, s)
		file := written(t, text+"\n")
		for _, variable := range []string{name + "=" + text, name + "_FILE=" + file} {
			c := Default()
			sources, errs := c.setFromEnvironment([]string{"HOME=/", variable})
			if len(errs) > 0 {
				t.Fatalf("%s: %v", variable, errs)
			}
			if set, _, _ := strings.Cut(variable, "="); len(sources) != 1 || sources[s.path] != set {
				t.Errorf("%s: sources %v", variable, sources)
			}
			for j, after := range c.settings() {
				same := reflect.DeepEqual(after.value.Interface(), before[j].value.Interface())
				if same != (i != j) {
					t.Errorf("%s: %s is %v", variable, after.path, after.value)
				}
			}
		}
	}
}

func TestVariables(t *testing.T) {
	file := written(t, "kafka:\n  group: fromfile\n  brokers: [a:1]\nstate: {dir: x}\n")
	c, sources, err := Read(file, []string{"LABWATCH_KAFKA_BROKERS=b:1, c:2", "LABWATCH_LOG_LEVEL=debug", "LABWATCH_KAFKA_TOPICS_LOG="})
	if err == nil || !strings.Contains(err.Error(), "kafka.topics.log: must not be empty") {
		t.Errorf("an empty text is a value, and was not: %v", err)
	}
	if got := strings.Join(c.Kafka.Brokers, "|"); got != "b:1|c:2" {
		t.Errorf("brokers %s", got)
	}
	for path, want := range map[string]string{"kafka.brokers": "LABWATCH_KAFKA_BROKERS", "kafka.group": file + ":2",
		"state.dir": file + ":4", "state.memory_mb": "default", "log.level": "LABWATCH_LOG_LEVEL"} {
		if sources[path] != want {
			t.Errorf("%s comes from %q, want %q", path, sources[path], want)
		}
	}
	b, err := MarshalSources(c, sources)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"  # LABWATCH_KAFKA_BROKERS\n  brokers:\n    - b:1\n", "  group: fromfile # " + file + ":2\n",
		"  memory_mb: 64 # default\n", "  level: debug # LABWATCH_LOG_LEVEL\n"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
	back := Default()
	if err := decode(b, &back); err != nil || marshal(t, &back) != marshal(t, c) {
		t.Errorf("what was printed is not what was meant: %v", err)
	}
	for _, s := range c.Effective(sources) {
		if s.Path == "kafka.brokers" && s.Value != "['b:1', 'c:2']" {
			t.Errorf("brokers are listed as %q", s.Value)
		}
	}
}

func TestVariableMistakes(t *testing.T) {
	for variable, want := range map[string]string{
		"LABWATCH_KAFKA_BROKRES=a:1":                       `LABWATCH_KAFKA_BROKRES: there is no such setting`,
		"LABWATCH_KAFKA_PARTITIONS=four":                   `LABWATCH_KAFKA_PARTITIONS: "four" is no whole number`,
		"LABWATCH_KAFKA_SESSION_TIMEOUT=10":                "LABWATCH_KAFKA_SESSION_TIMEOUT: 10 is no duration such as 10s, 5m or 24h",
		"LABWATCH_JUDGE_SEED=-1":                           "LABWATCH_JUDGE_SEED: -1 is out of range",
		"LABWATCH_KAFKA_PARTITIONS=":                       "LABWATCH_KAFKA_PARTITIONS: is empty",
		"LABWATCH_KAFKA_PARTITIONS_FILE=gone":              "LABWATCH_KAFKA_PARTITIONS_FILE: open gone",
		"LABWATCH_INPUTS=[{topik: x}]":                     `LABWATCH_INPUTS: [0]: there is no setting "topik" here`,
		"LABWATCH_KAFKA_PORT=tcp://10.0.0.1:9092":          "",
		"LABWATCH_SERVICE_PORT_HTTP=8420":                  "",
		"LABWATCH_PORT_8420_TCP_ADDR=10.0.0.1":             "",
		"LABWATCH_TEST_X=1":                                "",
		"LABWATCH=1":                                       "",
		"LABWATCH_STATE_MEMORY_MB=64":                      "",
		"LABWATCH_STANDARDIZE_ERROR_CODES=[-999, -998.5]":  "",
		"LABWATCH_ALERTS_SILENT_AFTER=1s # with a comment": "",
	} {
		_, _, err := Read("", []string{variable})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", variable, err, want)
		}
	}
	_, _, err := Read("", []string{"LABWATCH_KAFKA_GROUP=a", "LABWATCH_KAFKA_GROUP_FILE=b"})
	if err == nil || !strings.Contains(err.Error(), "are both set") {
		t.Errorf("got %v", err)
	}
}

// An anchor that holds itself is a mistake like any other, and ends no daemon that is told to reload.
func TestAnAnchorThatHoldsItself(t *testing.T) {
	for _, text := range []string{"x: &x {y: *x}\n", "kafka: &k {tls: *k}\n"} {
		if _, _, err := Read(written(t, text), nil); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
