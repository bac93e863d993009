package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"labwatch/config"
	"labwatch/web"
)

// checkReport is what check found, and the form of check --json.
type checkReport struct {
	OK       bool             `json:"ok"`
	Mistakes []string         `json:"mistakes"`
	Warnings []string         `json:"warnings"`
	Keys     string           `json:"keys,omitempty"`        // id
	Print    string           `json:"fingerprint,omitempty"` // of the keys
	Memory   *memoryNeed      `json:"memory,omitempty"`
	Settings []config.Setting `json:"settings"`

	cfg     *config.Config
	sources config.Sources
}

func newCheckCommand() *cobra.Command {
	var path string
	var show, asJSON, asksKafka bool
	var devices, analytes int
	c := &cobra.Command{
		Use:   "check",
		Short: "Look for mistakes in the config, and show what holds and why",
		Long: `Reads the config, the environment, the mapping files, the key files, the secrets and
certificates towards Kafka and the sinks, and the tokens and certificates of HTTP as run
would, and reports every mistake with its path, without starting anything. Exit code 2
if there is one. Without a mistake it lists the settings that are not the default, with the
file and line or the variable that they come from, warnings, and, for a fleet that you state,
the memory that it needs.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asksKafka && (asJSON || show) {
				return usageError{errors.New("--kafka: goes with neither --json nor --print")}
			}
			if devices < 0 || analytes < 1 {
				return usageError{fmt.Errorf("--devices %d, --analytes %d: must not be below 0 and 1", devices, analytes)}
			}
			r, err := check(path)
			if r == nil {
				return usageError{err}
			}
			if devices > 0 && r.OK {
				need := estimateMemory(r.cfg, devices, analytes)
				r.Memory = &need
			}
			if asJSON {
				b, err := json.MarshalIndent(r, "", "  ")
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", b)
			}
			if err != nil {
				return usageError{fmt.Errorf("check:\n%w", err)}
			}
			switch {
			case asJSON:
				return nil
			case show:
				text, err := config.MarshalSources(r.cfg, r.sources)
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(text)
				return err
			}
			if err := r.write(cmd.OutOrStdout()); err != nil || !asksKafka {
				return err
			}
			return checkKafka(cmd.Context(), r.cfg, cmd.OutOrStdout())
		},
	}
	configFlag(c, &path)
	c.Flags().BoolVar(&show, "print", false, "print the whole config, with the source of each value")
	c.Flags().BoolVar(&asJSON, "json", false, "print everything as JSON, mistakes too")
	c.Flags().BoolVar(&asksKafka, "kafka", false, "connect to kafka.brokers and list the rights that run needs there")
	c.Flags().IntVar(&devices, "devices", 0, "devices of the fleet whose memory need is asked for")
	c.Flags().IntVar(&analytes, "analytes", 20, "analytes, or channels, of each of them")
	return c
}

// check reads all that run would read. There is no report when there is no file.
func check(path string) (*checkReport, error) {
	cfg, sources, err := config.Read(path, os.Environ())
	if cfg == nil {
		return nil, err
	}
	if errors.Is(err, config.ErrNoYAML) { // to say what is not set in it would be wrong advice
		return &checkReport{Mistakes: strings.Split(err.Error(), "\n"), Warnings: []string{}, Settings: []config.Setting{}}, err
	}
	r := &checkReport{Mistakes: []string{}, Warnings: append([]string{}, cfg.Warnings()...), Settings: cfg.Effective(sources), cfg: cfg, sources: sources}
	errs := []error{err}
	mapping, err := loadMapping(cfg)
	errs = append(errs, err)
	if mapping != nil {
		r.Warnings = append(r.Warnings, mapping.Warnings()...)
	}
	keys, err := loadKeys(cfg.Standardize.KeyFile)
	errs = append(errs, err)
	if err == nil {
		r.Keys, r.Print = keys.ID(), keys.Fingerprint()
	}
	form := "\n" + fmt.Sprint(errs[0])
	for _, err := range slices.Concat(cfg.Kafka.CheckFiles(), cfg.Delivery.CheckFiles()) {
		if setting, _, _ := strings.Cut(err.Error(), ": "); !strings.Contains(form, "\n"+setting+": ") { // once is enough
			errs = append(errs, err)
		}
	}
	errs = append(errs, cfg.State.CheckFiles())
	access, err := web.NewAccess(cfg.HTTP, zerolog.Nop())
	if err == nil {
		r.Warnings = append(r.Warnings, access.Warnings()...)
	}
	err = errors.Join(append(errs, err)...)
	if err != nil {
		r.Mistakes = strings.Split(err.Error(), "\n")
	}
	r.OK = err == nil
	return r, err
}

func (r *checkReport) write(w io.Writer) error {
	var inputs []string
	for _, in := range r.cfg.Inputs {
		inputs = append(inputs, fmt.Sprintf("%s (%s, %s)", in.Topic, in.Kind, in.Format))
	}
	brokers := "the embedded broker in " + r.cfg.Broker.Dir
	if len(r.cfg.Kafka.Brokers) > 0 {
		brokers = strings.Join(r.cfg.Kafka.Brokers, ", ")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "ok\ninputs   %s\nbrokers  %s\nkeys     %s (fingerprint %s)\nmappings %d files\n",
		strings.Join(inputs, ", "), brokers, r.Keys, r.Print, len(r.cfg.Standardize.Mappings))
	standard := config.Default()
	defaults, sample := standard.Effective(nil), config.Sample().Effective(nil) // of which most configs are a copy
	for i, s := range r.Settings {
		if s.Value != defaults[i].Value && s.Value != sample[i].Value {
			fmt.Fprintf(&b, "set      %s = %s (%s)\n", s.Path, s.Value, s.Source)
		}
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "warning  %s\n", warning)
	}
	if r.Memory != nil {
		fmt.Fprintf(&b, "memory   %s\n", r.Memory)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
