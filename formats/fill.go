package formats

import (
	"strings"

	"labwatch/record"
)

// used are the fields that each kind reads, in the order of kinds.
func used(k record.Kind) set {
	const common = 1<<deviceID | 1<<facilityID | 1<<ingested | 1<<lot | 1<<lotNumber
	const measured = common | 1<<technicianID | 1<<testCode | 1<<resultUnit | 1<<unit
	switch k {
	case record.Result:
		return measured | 1<<resultID | 1<<patientID | 1<<resultValue | 1<<resultStatus | 1<<status | 1<<collected | 1<<resulted
	case record.Control:
		return measured | 1<<qcID | 1<<measuredValue | 1<<qcLevel | 1<<expectedValue | 1<<targetSD | 1<<qcSD | 1<<passed | 1<<timestamp
	case record.Event:
		return common | 1<<logTimestamp | 1<<eventType | 1<<severity | 1<<calibrationDate | 1<<maintenanceDate |
			1<<alertID | 1<<technicianID
	case record.Telemetry:
		return common | 1<<sampleID | 1<<timestamp
	}
	return 0
}

// fill makes the raw reading of a kind out of the members.
func (m *members) fill(raw *record.Raw, k record.Kind) error {
	if m.nested&used(k) != 0 {
		return errNested
	}
	var disagree bool
	either := func(f, g field) string {
		a, b := m.text[f], m.text[g]
		if a == "" {
			return b
		}
		disagree = disagree || b != "" && a != b
		return a
	}
	raw.Kind = k
	raw.Device, raw.Facility, raw.Ingested = m.text[deviceID], m.text[facilityID], m.text[ingested]
	raw.Lot = either(lot, lotNumber)
	switch k {
	case record.Result:
		raw.ID, raw.Patient, raw.Technician = m.text[resultID], m.text[patientID], m.text[technicianID]
		raw.TestCode, raw.Value = m.text[testCode], m.text[resultValue]
		raw.Unit, raw.Status = either(resultUnit, unit), either(resultStatus, status)
		raw.Time, raw.Resulted = m.text[collected], m.text[resulted]
	case record.Control:
		raw.ID, raw.Technician = m.text[qcID], m.text[technicianID]
		raw.TestCode, raw.Value = m.text[testCode], m.text[measuredValue]
		raw.Unit, raw.Time = either(unit, resultUnit), m.text[timestamp]
		raw.Level, raw.Expected = m.text[qcLevel], m.text[expectedValue]
		raw.TargetSD, raw.Passed = either(targetSD, qcSD), m.text[passed]
	case record.Event:
		raw.Time, raw.EventType, raw.Severity = m.text[logTimestamp], m.text[eventType], m.text[severity]
		raw.ID, raw.Technician = m.text[alertID], m.text[technicianID]
		raw.Calibration, raw.Maintenance = m.text[calibrationDate], m.text[maintenanceDate]
	case record.Telemetry:
		raw.ID, raw.Time = m.text[sampleID], m.text[timestamp]
		if m.badChannels {
			return errChannels
		}
		for _, o := range m.others {
			if m.names.has(o.name) && (o.number || numeral(o.value)) { // what JSON calls a number is one
				raw.Channels = append(raw.Channels, record.RawChannel{Name: o.name, Value: o.value})
			}
		}
		for _, c := range m.channels { // all of them, also words
			raw.Channels = append(raw.Channels, record.RawChannel{Name: c.name, Value: c.value})
		}
	}
	if disagree {
		return errTwoNames
	}
	return nil
}

// numeral says whether a text that is a further member of telemetry is meant as a number. So is a mark such as "-----"
// or "NaN": the sensor has no value now. And so is "1,234", on whose reading the site decides, or "1e999". Words and
// dates are none.
func numeral(text string) bool {
	if record.ParseValue(text).Kind != record.Text {
		return true
	}
	text = strings.TrimLeft(strings.TrimSpace(text), "+-")
	text = strings.Replace(strings.ToLower(text), "e-", "e", 1) // of an exponent; a date keeps its hyphens
	return text != "" && text[0] != 'e' && strings.Trim(text, "0123456789.,e+") == ""
}
