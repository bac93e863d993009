package main

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// Layouts of the timestamps: RFC 3339 in UTC, and the same moment as an instrument writes it that knows no zone.
const (
	simTimeLayout     = "2006-01-02T15:04:05.000Z07:00"
	simZonelessLayout = "2006-01-02T15:04:05.000"
	simDateLayout     = "2006-01-02"
)

// errorCode is the number that the original's machines send in place of a value they could not measure.
const errorCode = -999

// encode appends the reading as one JSON object. All texts come from tables of ours and hold nothing that JSON
// escapes, so appending is enough: about a microsecond a message.
func (r *simReading) encode(dst []byte, run string, fused bool) []byte {
	dst = append(dst, '{')
	if fused {
		dst = appendText(dst, "kind", r.stream.String())
	}
	switch r.stream {
	case simResults:
		dst = r.encodeResult(dst, run)
	case simQC:
		dst = r.encodeControl(dst, run)
	case simLogs:
		dst = r.encodeLog(dst, run)
	case simTelemetry:
		dst = r.encodeTelemetry(dst, run)
	}
	dst[len(dst)-1] = '}' // the last comma
	return dst
}

func (r *simReading) encodeResult(dst []byte, run string) []byte {
	dst = r.appendID(dst, "result_id", 'R', run)
	// A small population returns often enough for delta checks; the numbers name nobody.
	dst = append(dst, `"patient_id":"P`...)
	dst = strconv.AppendUint(dst, 100000+r.n*7919%50000, 10)
	dst = append(dst, `",`...)
	dst = appendText(dst, "test_code", r.code)
	dst = append(dst, `"result_value":"`...)
	from := len(dst)
	if r.text != "" {
		dst = append(dst, r.text...)
	} else {
		dst = strconv.AppendFloat(dst, r.value, 'f', r.analyte.decimals, 64)
	}
	if i := bytes.IndexByte(dst[from:], '.'); r.comma && i >= 0 {
		dst[from+i] = ','
	}
	dst = append(dst, `",`...)
	dst = appendText(dst, "result_unit", r.unit)
	dst = appendText(dst, "device_id", r.device.id)
	dst = appendText(dst, "facility_id", r.device.facility)
	layout := simTimeLayout
	if r.zoneless {
		layout = simZonelessLayout
	}
	dst = appendTime(dst, "collected_timestamp", r.at, layout)
	dst = appendTime(dst, "resulted_timestamp", r.at+int64(r.after), layout)
	dst = append(dst, `"technician_id":"T`...)
	dst = strconv.AppendUint(dst, 100+r.n*31%40, 10)
	dst = append(dst, `",`...)
	return appendTime(dst, "ingestion_timestamp", r.at+int64(r.after), layout)
}

func (r *simReading) encodeControl(dst []byte, run string) []byte {
	expected := r.analyte.qc[r.level-1]
	dst = r.appendID(dst, "qc_id", 'Q', run)
	dst = appendText(dst, "device_id", r.device.id)
	dst = appendText(dst, "facility_id", r.device.facility)
	dst = appendText(dst, "test_code", r.code)
	dst = append(dst, `"qc_level":"L`...)
	dst = strconv.AppendInt(dst, int64(r.level), 10)
	dst = append(dst, `",`...)
	dst = appendNumber(dst, "expected_value", expected, r.analyte.decimals+1)
	dst = appendNumber(dst, "measured_value", r.value, r.analyte.decimals+1)
	dst = append(dst, `"passed":`...)
	dst = strconv.AppendBool(dst, math.Abs(r.value-expected) <= 3*qcCV*expected) // Westgard's 1-3s
	dst = append(dst, ',')
	return appendTime(dst, "timestamp", r.at, simTimeLayout)
}

func (r *simReading) encodeLog(dst []byte, run string) []byte {
	severity := r.event
	if r.event == "CALIBRATION" {
		severity = "INFO"
	}
	dst = r.appendID(dst, "log_id", 'L', run)
	dst = appendText(dst, "device_id", r.device.id)
	dst = appendText(dst, "facility_id", r.device.facility)
	dst = appendTime(dst, "log_timestamp", r.at, simTimeLayout)
	dst = appendText(dst, "event_type", r.event)
	dst = appendText(dst, "severity", severity)
	dst = appendText(dst, "message", r.message)
	dst = appendTime(dst, "calibration_date", r.device.calibrated, simDateLayout)
	return appendTime(dst, "maintenance_date", r.device.maintained, simDateLayout)
}

func (r *simReading) encodeTelemetry(dst []byte, run string) []byte {
	dst = r.appendID(dst, "sample_id", 'S', run)
	dst = appendText(dst, "device_id", r.device.id)
	dst = appendText(dst, "facility_id", r.device.facility)
	dst = append(dst, `"batch_id":"`...)
	dst = r.batch(dst)
	dst = append(dst, `",`...)
	for i := range simChannels {
		dst = appendNumber(dst, simChannels[i].name, r.channel[i], simChannels[i].decimals)
	}
	return appendTime(dst, "timestamp", r.at, simTimeLayout)
}

// batch is the batch that a sample belongs to: one a day, numbered from 1970.
func (r *simReading) batch(dst []byte) []byte {
	return strconv.AppendInt(append(dst, 'B'), r.at/int64(24*time.Hour), 10)
}

// appendID writes the id, which is unique within the run and, by seed and start, among runs.
func (r *simReading) appendID(dst []byte, name string, letter byte, run string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":"`...)
	dst = r.id(dst, letter, run)
	return append(dst, `",`...)
}

func (r *simReading) id(dst []byte, letter byte, run string) []byte {
	dst = append(dst, letter, '-')
	dst = append(dst, run...)
	dst = append(dst, '-')
	return strconv.AppendUint(dst, r.n, 10)
}

func appendText(dst []byte, name, value string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":"`...)
	dst = append(dst, value...)
	return append(dst, `",`...)
}

func appendNumber(dst []byte, name string, v float64, decimals int) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	if v == errorCode {
		decimals = 0 // machines write their codes as whole numbers
	}
	dst = strconv.AppendFloat(dst, v, 'f', decimals, 64)
	return append(dst, ',')
}

func appendTime(dst []byte, name string, at int64, layout string) []byte {
	dst = append(dst, '"')
	dst = append(dst, name...)
	dst = append(dst, `":"`...)
	dst = time.Unix(0, at).UTC().AppendFormat(dst, layout)
	return append(dst, `",`...)
}
