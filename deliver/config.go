package deliver

import "time"

// Config lists the sinks.
type Config struct {
	GiveUp time.Duration `yaml:"give_up"` // an alert older than this that fails again goes to the undelivered; default 1 h
	Sinks  []SinkConfig  `yaml:"sinks"`
}

// SinkConfig is one sink. Secrets stand in files, which are read at each use, so that they can be changed while
// labwatch runs.
type SinkConfig struct {
	Name        string `yaml:"name"`         // of the sink in logs and metrics, and in its consumer group: do not change it lightly
	Type        string `yaml:"type"`         // alertmanager, webhook, slack or mail
	MinSeverity string `yaml:"min_severity"` // info (default), warning or critical
	Updates     bool   `yaml:"updates"`      // also say again what is open; a rise in severity is always said

	URL          string `yaml:"url"`           // of alertmanager (its root), webhook and slack
	URLFile      string `yaml:"url_file"`      // in place of url: a Slack URL is itself a secret
	User         string `yaml:"user"`          // of basic authentication, or of the mail server
	PasswordFile string `yaml:"password_file"` // for user
	TokenFile    string `yaml:"token_file"`    // bearer token, for alertmanager and webhook
	SecretFile   string `yaml:"secret_file"`   // by which a webhook is signed: base64, with or without "whsec_"
	CAFile       string `yaml:"ca_file"`       // PEM; whom to trust in place of the system's authorities

	Server string   `yaml:"server"` // of mail: host:port
	TLS    string   `yaml:"tls"`    // of mail: starttls (default), implicit or none
	From   string   `yaml:"from"`
	To     []string `yaml:"to"`
}

// Default is what config.yaml documents: no sink, the topic of alerts alone.
func Default() Config { return Config{GiveUp: time.Hour} }
