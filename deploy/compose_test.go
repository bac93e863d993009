package deploy_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestCompose reads the stack: no image can be pulled here, so nothing is started.
func TestCompose(t *testing.T) {
	var stack struct {
		Services map[string]struct {
			Image       string
			Volumes     []string
			Ports       []string
			Environment map[string]string
			Command     any
			ReadOnly    bool           `yaml:"read_only"`
			CapDrop     []string       `yaml:"cap_drop"`
			StopGrace   string         `yaml:"stop_grace_period"`
			MemLimit    string         `yaml:"mem_limit"`
			DependsOn   map[string]any `yaml:"depends_on"`
			Build       struct{ Context, Dockerfile string }
		}
		Volumes map[string]any
	}
	readYAML(t, "compose/compose.yaml", &stack)
	for _, name := range []string{"kafka", "topics", "labwatch", "simulator", "prometheus", "alertmanager", "grafana"} {
		if stack.Services[name].Image == "" {
			t.Errorf("there is no service %s", name)
		}
	}
	named := regexp.MustCompile(`^[a-z]+$`)
	for name, s := range stack.Services {
		if !regexp.MustCompile(`^[a-z/]+:(v?\d+\.\d+\.\d+|local)$`).MatchString(s.Image) {
			t.Errorf("%s: image %q names no exact version", name, s.Image)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, p)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			switch {
			case named.MatchString(from):
				if _, ok := stack.Volumes[from]; !ok {
					t.Errorf("%s: volume %s is not declared", name, from)
				}
			case from != "./keys.txt": // made by compose/keys
				if found, err := filepath.Glob(filepath.Join("compose", from)); err != nil || len(found) != 1 {
					t.Errorf("%s mounts %s, which is not there", name, from)
				}
			}
		}
		for other := range s.DependsOn {
			if _, ok := stack.Services[other]; !ok {
				t.Errorf("%s waits for %s, which is not there", name, other)
			}
		}
	}
	l := stack.Services["labwatch"]
	if !l.ReadOnly || strings.Join(l.CapDrop, "") != "ALL" || l.Environment["GOMEMLIMIT"] == "" || l.MemLimit == "" {
		t.Errorf("labwatch is not held as it should be: %+v", l)
	}
	if d, err := time.ParseDuration(l.StopGrace); err != nil || d <= stopLimit(t) {
		t.Errorf("stop_grace_period is %q, a stop may take %v", l.StopGrace, stopLimit(t))
	}
	for _, f := range []string{filepath.Join("compose", l.Build.Dockerfile), "compose/keys"} {
		readText(t, strings.Replace(f, "compose/../../deploy/", "", 1))
	}
	t.Log("NOT CHECKED: the stack was read and not started; no images can be had here")
}

// TestDockerfile holds what makes the image small and harmless.
func TestDockerfile(t *testing.T) {
	text := readText(t, "docker/Dockerfile")
	for _, want := range []string{"ARG BASE=gcr.io/distroless/static-debian12:nonroot\nFROM ${BASE}\n", "\nUSER 65532:65532\n",
		"\nVOLUME /var/lib/labwatch\n", "\nCOPY --chown=65532:65532 --chmod=0700 state /var/lib/labwatch\n",
		"\nENTRYPOINT [\"/usr/bin/labwatch\"]\n", "\nSTOPSIGNAL SIGTERM\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
	if strings.Contains(text, "\nRUN ") {
		t.Error("a RUN needs a shell, and neither distroless nor scratch has one")
	}
	release := readText(t, "release")
	for _, m := range regexp.MustCompile(`(?m)^COPY (?:--\S+ )*(.+) \S+$`).FindAllStringSubmatch(text, -1) {
		for _, from := range strings.Fields(m[1]) {
			name := strings.ReplaceAll(from, "linux_${TARGETARCH}/labwatch", "linux_$arch/labwatch")
			if !strings.Contains(release, "image/"+name) && !regexp.MustCompile(`install -m 0644 .*\b`+name+`\b.* "\$out/image/"`).MatchString(release) {
				t.Errorf("the image takes %s, which deploy/release does not make", from)
			}
		}
	}
	t.Log("NOT CHECKED: the image was read and not built; no base image can be had here")
}

func TestAlertmanagerConfig(t *testing.T) {
	if out, err := exec.Command(tool(t, "amtool"), "check-config", "alertmanager/alertmanager.yml").CombinedOutput(); err != nil {
		t.Errorf("amtool: %v\n%s", err, out)
	}
}
