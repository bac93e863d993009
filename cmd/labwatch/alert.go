package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"labwatch/alerts"
	"labwatch/config"
	"labwatch/record"
	"labwatch/stream/kafka"
)

func newAlertCommand() *cobra.Command {
	c := &cobra.Command{Use: "alert", Short: "Say what you think of an alert: confirm it, reject it, roll that back"}
	onlyHolds(c)
	c.AddCommand(
		newVerdictCommand("confirm", "acknowledge", record.AcknowledgeEvent, "The alert is right, and somebody looks after it",
			`The alert is not said again while it is open, unless it gets worse; its end is.`),
		newVerdictCommand("reject", "accept", record.AcceptEvent, "What the alert speaks of is normal from now on",
			`Ends the alerts of the series and lets its baseline be learned anew: a storage that was
set to another temperature, a method that was changed. Until the new baseline is there only
the plain rules watch the series. An alert of a plain rule, whose limit stands in the
config, is confirmed instead.`),
		newVerdictCommand("rollback", "roll-back", record.RollBackEvent, "The baseline before the last learning anew holds again",
			`Takes back that the series was learned anew: after a verdict, after an alert that lasted too
long, after a calibration or a new lot. Name an alert that ended with it, or one of the
series that is open. The former baseline holds as it was, what was learned since is dropped,
the alerts of the series end, and nothing is said but by readings that come after. There is
one former baseline a series.`))
	return c
}

func newVerdictCommand(use, alias string, verdict record.EventType, short, long string) *cobra.Command {
	var path, by string
	c := &cobra.Command{
		Use: use + " ALERT-ID", Aliases: []string{alias},
		Short: short,
		Long: long + `

The verdict is written into the log of the device, like a calibration: it has its place
among the readings, and your name leaves labwatch as a token only.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkAlertID(args[0]); err != nil {
				return err
			}
			if by == "" {
				who, err := user.Current()
				if err != nil {
					return usageError{fmt.Errorf("say who you are with --by: %w", err)}
				}
				by = who.Username
			}
			a, err := ask(cmd.Context(), path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer a.Close()
			told, err := a.messagesOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			last := told[len(told)-1]
			if last.Change == alerts.Resolved && !(verdict == record.RollBackEvent && learnedAnew(&last.Alert)) {
				return fmt.Errorf("alert %s is over: %s", last.ID, last.Summary)
			}
			topic, partition, err := logOf(a.cfg, &last.Alert)
			if err != nil {
				return err
			}
			message, err := verdictMessage(verdict, &last.Alert, by, time.Now())
			if err != nil {
				return err
			}
			if err := kafka.Say(cmd.Context(), a.env, topic, partition, []byte(last.Device), message); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "written into %s for %s: %s\n", topic, last.Device, last.Summary)
			return nil
		},
	}
	configFlag(c, &path)
	c.Flags().StringVar(&by, "by", os.Getenv("SUDO_USER"), "who says it; without it the user of this session")
	return c
}

// learnedAnew says whether the alert ended because its series was learned anew, which can be rolled back.
func learnedAnew(a *alerts.Alert) bool {
	switch a.Evidence.Statistic {
	case alerts.StatAccepted, alerts.StatOutlasted, alerts.StatReset:
		return true
	}
	return false
}

// logOf is where an entry of a device's log is to be written. In a fused topic it stands where the device's readings
// are: the gateway decides on the partition, and the alert says on which.
func logOf(cfg *config.Config, a *alerts.Alert) (topic string, partition int32, err error) {
	for _, in := range cfg.Inputs {
		if in.Format != "json" || in.Kind != "log" && in.Kind != "any" {
			continue
		}
		if cfg.Fused && a.Origin.Topic == in.Topic {
			return in.Topic, a.Origin.Partition, nil
		}
		return in.Topic, -1, nil
	}
	return "", 0, errors.New("no input takes device logs as JSON: inputs[].kind log or any")
}

// verdictMessage is the entry of the device's log.
func verdictMessage(verdict record.EventType, a *alerts.Alert, by string, at time.Time) ([]byte, error) {
	b, err := json.Marshal(struct {
		Kind       string `json:"kind"`
		Device     string `json:"device_id"`
		Facility   string `json:"facility_id,omitzero"`
		At         string `json:"log_timestamp"`
		Event      string `json:"event_type"`
		Severity   string `json:"severity"`
		Alert      string `json:"alert_id"`
		Technician string `json:"technician_id"`
	}{"log", a.Device, a.Facility, at.UTC().Format(time.RFC3339Nano), verdict.String(), "info", a.ID, by})
	if err != nil {
		return nil, fmt.Errorf("write verdict: %w", err)
	}
	return b, nil
}
