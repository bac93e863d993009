package stream

import (
	"strings"
	"testing"

	"labwatch/alerts"
	"labwatch/record"
)

// TestAlertsSayWhichWay: whoever goes to an instrument is told first whether its values are high or low. Each detector of
// one number says it of a lasting shift.
func TestAlertsSayWhichWay(t *testing.T) {
	for way, shift := range map[string]float64{"high": 1.2, "low": -1.2} {
		t.Run(way, func(t *testing.T) {
			b := newBedside(t, testJudging(t))
			at := b.bath(0, 1200, 0)
			if said := changes(b.alerts); strings.Contains(said, "opened") {
				t.Fatalf("before the shift:%s", said)
			}
			b.bath(at, 150, shift)
			opened := map[string]int{} // the direction of the alert that a detector opened
			for _, a := range b.alerts {
				if a.Change == alerts.Opened {
					opened[a.Rule] = a.Evidence.Direction
				}
			}
			for _, detector := range b.j.Plan.Series[record.Telemetry] {
				if got := opened[detector.Name]; got != alerts.Side(shift) {
					t.Errorf("%s says %d", detector.Name, got)
				}
			}
		})
	}
}
