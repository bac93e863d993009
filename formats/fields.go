package formats

// field is one of the fields that a message may have, whatever its kind.
type field uint8

const (
	unknown field = iota
	kindField
	channelsField
	resultID
	qcID
	sampleID
	patientID
	technicianID
	deviceID
	facilityID
	testCode
	resultValue
	measuredValue
	resultUnit
	unit
	resultStatus
	status
	collected
	logTimestamp
	timestamp
	resulted
	ingested
	qcLevel
	lot
	lotNumber
	expectedValue
	targetSD
	qcSD
	passed
	eventType
	severity
	calibrationDate
	maintenanceDate
	alertID
	fieldCount

	noField = fieldCount // before the first
)

// fieldOf knows the fields by name: those of the system that labwatch succeeds, and a few that it lacked.
func fieldOf(name string) field {
	switch name {
	case "kind":
		return kindField
	case "channels":
		return channelsField
	case "result_id":
		return resultID
	case "qc_id":
		return qcID
	case "sample_id":
		return sampleID
	case "patient_id":
		return patientID
	case "technician_id":
		return technicianID
	case "device_id":
		return deviceID
	case "facility_id":
		return facilityID
	case "test_code":
		return testCode
	case "result_value":
		return resultValue
	case "measured_value":
		return measuredValue
	case "result_unit":
		return resultUnit
	case "unit":
		return unit
	case "result_status":
		return resultStatus
	case "status":
		return status
	case "collected_timestamp":
		return collected
	case "log_timestamp":
		return logTimestamp
	case "timestamp":
		return timestamp
	case "resulted_timestamp":
		return resulted
	case "ingestion_timestamp":
		return ingested
	case "qc_level":
		return qcLevel
	case "lot":
		return lot
	case "lot_number":
		return lotNumber
	case "expected_value":
		return expectedValue
	case "target_sd":
		return targetSD
	case "qc_sd":
		return qcSD
	case "passed":
		return passed
	case "event_type":
		return eventType
	case "severity":
		return severity
	case "calibration_date":
		return calibrationDate
	case "maintenance_date":
		return maintenanceDate
	case "alert_id":
		return alertID
	}
	return unknown
}

// heads are the fields' names as they most often stand in a message.
var heads = [fieldCount]string{
	kindField:       `"kind":`,
	channelsField:   `"channels":`,
	resultID:        `"result_id":`,
	qcID:            `"qc_id":`,
	sampleID:        `"sample_id":`,
	patientID:       `"patient_id":`,
	technicianID:    `"technician_id":`,
	deviceID:        `"device_id":`,
	facilityID:      `"facility_id":`,
	testCode:        `"test_code":`,
	resultValue:     `"result_value":`,
	measuredValue:   `"measured_value":`,
	resultUnit:      `"result_unit":`,
	unit:            `"unit":`,
	resultStatus:    `"result_status":`,
	status:          `"status":`,
	collected:       `"collected_timestamp":`,
	logTimestamp:    `"log_timestamp":`,
	timestamp:       `"timestamp":`,
	resulted:        `"resulted_timestamp":`,
	ingested:        `"ingestion_timestamp":`,
	qcLevel:         `"qc_level":`,
	lot:             `"lot":`,
	lotNumber:       `"lot_number":`,
	expectedValue:   `"expected_value":`,
	targetSD:        `"target_sd":`,
	qcSD:            `"qc_sd":`,
	passed:          `"passed":`,
	eventType:       `"event_type":`,
	severity:        `"severity":`,
	calibrationDate: `"calibration_date":`,
	maintenanceDate: `"maintenance_date":`,
	alertID:         `"alert_id":`,
}

// set is a set of fields.
type set uint64

func (s set) has(f field) bool { return s&(1<<f) != 0 }
