package formats

import (
	"testing"

	"labwatch/record"
)

// lab is a result with all the fields of the original, 330 bytes.
const lab = `{"result_id":"R-2025-0001234","patient_id":"P-000017","test_code":"GLU_MMOL","result_value":"5.6","result_unit":"mmol/L",` +
	`"device_id":"ANALYZER-07","collected_timestamp":"2025-11-22T08:15:00Z","resulted_timestamp":"2025-11-22T08:52:31Z",` +
	`"technician_id":"T-042","ingestion_timestamp":"2025-11-22T08:53:00Z"}`

const station = `{"sample_id":"S-013","facility_id":"F-2","batch_id":"B-7","ph_level":7.21,"storage_temp_c":4.1,` +
	`"dissolved_oxygen_ppm":8.4,"turbidity_ntu":1.2,"timestamp":"2025-11-22T08:15:00Z"}`

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct{ name, format, payload string }{
		{"json/result", "json", lab},
		{"json/telemetry", "json", station},
		{"csv/result", "csv", "result_id,patient_id,test_code,result_value,result_unit,device_id,collected_timestamp\n" +
			"R-2025-0001234,P-000017,GLU_MMOL,5.6,mmol/L,ANALYZER-07,2025-11-22T08:15:00Z\n"},
	} {
		b.Run(c.name, func(b *testing.B) {
			f, err := Builtin()[c.format](Options{})
			if err != nil {
				b.Fatal(err)
			}
			var raws []record.Raw
			payload := []byte(c.payload)
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if raws, err = f.Decode(raws[:0], payload); err != nil || len(raws) != 1 {
					b.Fatal(err)
				}
			}
		})
	}
}
