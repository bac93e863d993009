package deploy_test

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// chart renders the chart with --set values, and returns what comes out, or the error that helm gave.
func chart(t *testing.T, set ...string) (objects []map[string]any, failure string) {
	t.Helper()
	args := []string{"template", "north", "helm/labwatch", "--namespace", "lab"}
	for _, s := range set {
		args = append(args, "--set", s)
	}
	cmd := exec.Command(tool(t, "helm"), args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, errs.String()
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(out)))
	for {
		var o map[string]any
		if decoder.Decode(&o) != nil {
			return objects, ""
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
}

// at follows names and numbers through what YAML gave.
func at(v any, path ...any) any {
	for _, p := range path {
		switch step := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

func find(objects []map[string]any, kind, name string) map[string]any {
	i := slices.IndexFunc(objects, func(o map[string]any) bool { return o["kind"] == kind && at(o, "metadata", "name") == name })
	if i < 0 {
		return nil
	}
	return objects[i]
}

const brokers = "config.kafka.brokers={kafka-0:9092,kafka-1:9092}"

// TestChart renders the chart with everything on, and has labwatch and promtool read what it would mount.
func TestChart(t *testing.T) {
	out, err := exec.Command(tool(t, "helm"), "lint", "--strict", "helm/labwatch", "--set", brokers).CombinedOutput()
	if err != nil {
		t.Errorf("helm lint: %v\n%s", err, out)
	}
	objects, failure := chart(t, brokers, "replicas=3", "serviceMonitor.enabled=true", "alerts.enabled=true",
		"alerts.runbooks=https://git.example/labwatch/", "dashboards.enabled=true", "secrets={kafka-password}", "resources.limits.memory=2Gi",
		"tokens.secret=labwatch-tokens", "serviceMonitor.token.secret=prometheus-token")
	if failure != "" {
		t.Fatal(failure)
	}
	set := find(objects, "StatefulSet", "north")
	pod := at(set, "spec", "template", "spec")
	container := at(pod, "containers", 0)
	for _, c := range []struct {
		what any
		path []any
		want any
	}{
		{set, []any{"spec", "replicas"}, 3},
		{set, []any{"spec", "podManagementPolicy"}, "OrderedReady"},
		{set, []any{"spec", "updateStrategy", "type"}, "RollingUpdate"},
		{pod, []any{"automountServiceAccountToken"}, false},
		{pod, []any{"securityContext", "runAsNonRoot"}, true},
		{pod, []any{"securityContext", "runAsUser"}, 65532},
		{pod, []any{"securityContext", "fsGroup"}, 65532},
		{pod, []any{"securityContext", "seccompProfile", "type"}, "RuntimeDefault"},
		{container, []any{"securityContext", "readOnlyRootFilesystem"}, true},
		{container, []any{"securityContext", "allowPrivilegeEscalation"}, false},
		{container, []any{"securityContext", "capabilities", "drop", 0}, "ALL"},
		{container, []any{"readinessProbe", "httpGet", "path"}, "/readyz"},
		{container, []any{"livenessProbe", "httpGet", "path"}, "/healthz"},
		{container, []any{"env", 1, "value"}, "1843MiB"}, // 90 % of 2 GiB
		{container, []any{"args", 4}, "$(POD_NAME)"},     // the instance is the pod, so its name lasts
		{find(objects, "PodDisruptionBudget", "north"), []any{"spec", "maxUnavailable"}, 1},
		{find(objects, "ServiceMonitor", "north"), []any{"spec", "jobLabel"}, "app.kubernetes.io/name"},
		{find(objects, "ServiceMonitor", "north"), []any{"spec", "endpoints", 0, "authorization", "credentials", "name"}, "prometheus-token"},
		{find(objects, "Service", "north-pods"), []any{"spec", "clusterIP"}, "None"},
		{find(objects, "ConfigMap", "north-fleet"), []any{"metadata", "labels", "grafana_dashboard"}, "1"},
		{find(objects, "ConfigMap", "north-fleet"), []any{"data", "labwatch-fleet.json"}, readText(t, "grafana/dashboards/labwatch-fleet.json")},
	} {
		if got := at(c.what, c.path...); got != c.want {
			t.Errorf("%v is %v, want %v", c.path, got, c.want)
		}
	}
	if grace, _ := at(pod, "terminationGracePeriodSeconds").(int); time.Duration(grace)*time.Second <= stopLimit(t) {
		t.Errorf("terminationGracePeriodSeconds is %d, a stop may take %v", grace, stopLimit(t))
	}
	volumes, _ := at(pod, "volumes").([]any)
	for _, v := range volumes {
		if mode := at(v, "secret", "defaultMode"); at(v, "secret") != nil && mode != 0o440 {
			t.Errorf("secret %v has the mode %v: labwatch refuses files that others may read", at(v, "name"), mode)
		}
	}
	config, _ := at(find(objects, "ConfigMap", "north"), "data", "config.yaml").(string)
	checkConfig(t, labwatchBinary(t), "the chart's config", config)
	checkRuleObject(t, find(objects, "PrometheusRule", "north"))
	t.Log("NOT CHECKED: the objects were rendered and not given to a cluster")
}

func checkRuleObject(t *testing.T, object map[string]any) {
	t.Helper()
	spec, err := yaml.Marshal(at(object, "spec"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yml")
	write(t, file, string(spec))
	if out, err := exec.Command(tool(t, "promtool"), "check", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("promtool on the chart's rules: %v\n%s", err, out)
	}
	if url := at(object, "spec", "groups", 0, "rules", 0, "annotations", "runbook_url"); url != "https://git.example/labwatch/docs/runbooks/LabwatchDown.md" {
		t.Errorf("runbook_url is %v", url)
	}
}

// TestChartRefuses: what would double an owner, or lose readings in silence, is refused before anything is installed.
func TestChartRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		set  []string
		want string
	}{
		"no broker":              {nil, "minItems"},
		"an instance for all":    {[]string{brokers, "config.kafka.instance=one"}, "kafka"},
		"a stop that is cut off": {[]string{brokers, "terminationGracePeriodSeconds=30"}, "terminationGracePeriodSeconds"},
		"no limit of memory":     {[]string{brokers, "resources.limits.memory=lots"}, "memory"},
		"a misspelt value":       {[]string{brokers, "replica=3"}, "replica"},
	} {
		if _, failure := chart(t, c.set...); !strings.Contains(failure, c.want) {
			t.Errorf("%s: helm said %q", name, failure)
		}
	}
	objects, failure := chart(t, brokers)
	if failure != "" {
		t.Fatalf("the defaults with a broker: %s", failure)
	}
	config, _ := at(find(objects, "ConfigMap", "north"), "data", "config.yaml").(string)
	checkConfig(t, labwatchBinary(t), "the chart's default config", config)
}
