package config

import (
	"maps"
	"slices"

	"labwatch/detectors"
	"labwatch/formats"
)

// words lists the settings that take one of a few words. Lists hold some of them.
func words() map[string][]string {
	kinds := []string{"result", "qc", "log", "telemetry"}
	known := slices.Sorted(maps.Keys(detectors.Builtin()))
	return map[string][]string{
		"inputs[].kind": append(slices.Clone(kinds), "any"), "inputs[].format": slices.Sorted(maps.Keys(formats.Builtin())),
		"standardize.critical": {"off", "original", "table", "site"}, "standardize.decimal": {"unknown", "point", "comma"},
		"detectors.baseline.mode": {"rolling", "frozen"}, "detectors.results": known, "detectors.qc": known,
		"detectors.telemetry": known, "detectors.groups": known, "alerts.detectors.*.alert_on": kinds, "alerts.silent.kinds": kinds,
		"alerts.limit.profile": {"", "original"}, "kafka.sasl.mechanism": {"", "plain", "scram-sha-256", "scram-sha-512", "oauthbearer"},
		"delivery.sinks[].type": {"alertmanager", "webhook", "slack", "mail"}, "delivery.sinks[].min_severity": {"", "info", "warning", "critical"},
		"delivery.sinks[].tls": {"", "starttls", "implicit", "none"},
		"log.level":            {"debug", "info", "warn", "error"}, "log.format": {"console", "json"},
	}
}
