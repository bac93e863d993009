package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// haste divides the durations in the rules.
const haste = 20

// spans are the durations in a rules file: how long a condition must hold, and how far a query looks back.
var spans = regexp.MustCompile(`(for: |\[)(\d+)([smh])`)

// hasten writes the rules of a folder into another, with their durations divided. A query needs some scrapes, so it
// looks back ten seconds at least.
func hasten(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.yml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("find rules in %s: %w", from, errors.Join(err, os.ErrNotExist))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		text = spans.ReplaceAllFunc(text, func(m []byte) []byte {
			parts := spans.FindSubmatch(m)
			n, _ := strconv.Atoi(string(parts[2])) // digits
			least := 1
			if string(parts[1]) == "[" {
				least = 10
			}
			seconds := n * map[string]int{"s": 1, "m": 60, "h": 3600}[string(parts[3])] / haste
			return fmt.Appendf(nil, "%s%ds", parts[1], max(least, seconds))
		})
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), text, 0o600); err != nil {
			return fmt.Errorf("write rules: %w", err)
		}
	}
	return nil
}

// prometheusConfig scrapes labwatch as a hospital would: over TLS, with a token.
func (s *site) prometheusConfig() string {
	return fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 900ms}
rule_files: [%q]
scrape_configs:
  - job_name: labwatch
    scheme: https
    authorization: {credentials_file: %q}
    tls_config: {ca_file: %q}
    static_configs: [{targets: [%q]}]
`, filepath.Join(s.dir, "rules", "*.yml"), s.path("token"), s.path("http-ca.pem"), s.http)
}

// firing lists the rules that fire now.
func (s *site) firing(ctx context.Context) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.prometheus+"/api/v1/alerts", nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: 5 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask Prometheus: %w", err)
	}
	defer res.Body.Close()
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read Prometheus' answer: %w", err)
	}
	var names []string
	for _, a := range answer.Data.Alerts {
		if name := a.Labels["alertname"]; a.State == "firing" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// fires is nil when that rule fires.
func (s *site) fires(ctx context.Context, rule string) error {
	names, err := s.firing(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(names, rule) {
		return fmt.Errorf("%s does not fire; what fires: %s", rule, strings.Join(names, ", "))
	}
	return nil
}

// quiet is nil when no rule fires.
func (s *site) quiet(ctx context.Context) error {
	names, err := s.firing(ctx)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("still fires: %s", strings.Join(names, ", "))
	}
	return nil
}
