package stream

import (
	"encoding/json"
	"testing"

	"labwatch/record"
)

// TestAlertsSayWhichWay: whoever goes to an instrument is told first whether its values are high or low. Each detector of
// one number says it of a lasting shift.
func TestAlertsSayWhichWay(t *testing.T) {
	for want, shift := range map[string]float64{"high": 1.2, "low": -1.2} {
		t.Run(want, func(t *testing.T) {
			said := map[string]string{} // direction of the alert that a detector opened
			b := newBedside(t, testJudging(t))
			b.raw = func(o Output) {
				var a struct {
					State, Rule string
					Evidence    struct{ Direction string }
				}
				if o.To == Alerts && json.Unmarshal(o.Value, &a) == nil && a.State == "opened" {
					said[a.Rule] = a.Evidence.Direction
				}
			}
			at := b.bath(0, 1200, 0)
			if len(said) > 0 {
				t.Fatalf("before the shift: %v", said)
			}
			b.bath(at, 150, shift)
			for _, detector := range b.j.Plan.Series[record.Telemetry] {
				if got := said[detector.Name]; got != want {
					t.Errorf("%s says %q", detector.Name, got)
				}
			}
		})
	}
}
