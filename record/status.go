package record

// parseStatus reads the state of a result: HL7 table 0085, ASTM E1394 field R-9 and the words of FHIR R4. What
// is not known counts as preliminary, because nobody said that it is final.
func parseStatus(text string) Status {
	var buf [24]byte
	switch string(upper(buf[:], fold(text))) {
	case "", "F", "FINAL", "U", "V", "VERIFIED":
		if len(text) > len(buf) {
			return Preliminary // too long for any known word
		}
		return Final
	case "C", "CORRECTED", "CORRECTION", "AMENDED", "APPENDED":
		return Corrected
	case "X", "D", "W", "CANCELLED", "CANCELED", "DELETED", "ENTERED-IN-ERROR", "ENTERED_IN_ERROR", "WITHDRAWN", "RETRACTED":
		return Cancelled
	}
	return Preliminary
}

// String is the word used in the published form.
func (s Status) String() string {
	switch s {
	case Final:
		return "final"
	case Preliminary:
		return "preliminary"
	case Corrected:
		return "corrected"
	case Cancelled:
		return "cancelled"
	}
	return "unknown"
}

// parseEventType reads the type of a log entry; ok is false when the word is not known.
func parseEventType(text string) (e EventType, ok bool) {
	var buf [24]byte
	switch string(upper(buf[:], fold(text))) {
	case "ERROR", "ERR", "FAULT", "FAILURE", "ALARM", "FATAL", "CRITICAL":
		return ErrorEvent, true
	case "WARNING", "WARN":
		return WarningEvent, true
	case "CALIBRATION", "CALIBRATED", "CAL", "RECALIBRATION", "CALIBRATION_DONE":
		return CalibrationEvent, true
	case "MAINTENANCE", "SERVICE", "REPAIR", "CLEANING", "PM":
		return MaintenanceEvent, true
	case "LOT", "LOT_CHANGE", "LOT CHANGE", "NEW_LOT", "NEW LOT", "REAGENT_LOT", "REAGENT_CHANGE", "REAGENT CHANGE":
		return LotEvent, true
	case "ALERT_ACCEPTED", "ALERT_REJECTED":
		return AcceptEvent, true
	case "ALERT_ACKNOWLEDGED", "ALERT_CONFIRMED":
		return AcknowledgeEvent, true
	case "ALERT_ROLLED_BACK":
		return RollBackEvent, true
	case "RETIRED", "RETIREMENT", "DECOMMISSIONED", "DECOMMISSION", "DECOMMISSIONING":
		return RetiredEvent, true
	case "INFO", "INFORMATION", "STATUS", "DEBUG", "STARTUP", "SHUTDOWN", "OTHER":
		return OtherEvent, true
	}
	return OtherEvent, fold(text) == ""
}

// String is the word used in the published form.
func (e EventType) String() string {
	switch e {
	case ErrorEvent:
		return "error"
	case WarningEvent:
		return "warning"
	case CalibrationEvent:
		return "calibration"
	case MaintenanceEvent:
		return "maintenance"
	case LotEvent:
		return "lot"
	case AcceptEvent:
		return "alert_accepted"
	case AcknowledgeEvent:
		return "alert_acknowledged"
	case RollBackEvent:
		return "alert_rolled_back"
	case RetiredEvent:
		return "retired"
	}
	return "other"
}

// parseSeverity brings a severity to one of five words; ok is false when it is not known.
func parseSeverity(text string) (severity string, ok bool) {
	var buf [24]byte
	switch string(upper(buf[:], fold(text))) {
	case "DEBUG", "TRACE", "VERBOSE":
		return "debug", true
	case "INFO", "INFORMATION", "INFORMATIONAL", "NOTICE", "LOW", "NORMAL", "OK":
		return "info", true
	case "WARNING", "WARN", "MEDIUM", "MODERATE", "MINOR":
		return "warning", true
	case "ERROR", "ERR", "HIGH", "MAJOR":
		return "error", true
	case "CRITICAL", "CRIT", "FATAL", "EMERGENCY", "EMERG", "ALERT", "PANIC", "SEVERE":
		return "critical", true
	}
	return "", fold(text) == ""
}

// parseVerdict reads whether a control passed.
func parseVerdict(text string) Verdict {
	var buf [12]byte
	switch string(upper(buf[:], fold(text))) {
	case "TRUE", "YES", "Y", "T", "1", "PASS", "PASSED", "OK":
		return Yes
	case "FALSE", "NO", "N", "F", "0", "FAIL", "FAILED":
		return No
	}
	return NotSaid
}
