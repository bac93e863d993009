package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"labwatch/record"
)

// TestPrivacy sends marked identities wherever somebody could have written one, and then looks for them in everything
// that labwatch writes, says or serves: in the way with two stages, fused, and in a replay from files.
func TestPrivacy(t *testing.T) {
	ways(t, func(t *testing.T, fused bool) {
		l := newLab(t, fused)
		must(0, os.WriteFile(l.path("config.yaml"), []byte(strings.NewReplacer(
			"log: {format: json}", "log: {format: json, level: debug}",
			"standardize: {", "standardize: {critical: original, ").Replace(l.config())), 0o600))
		p := l.run()
		var m identities
		seeds := personal(&m)
		l.produce(seeds)
		l.produce(breathe()) // commits after the seeds, which make the devices shown
		l.waitTotal(len(seeds) + 60)

		look := func(where string, data []byte) {
			t.Helper()
			if len(data) == 0 {
				t.Errorf("%s: there is nothing to look at", where)
			}
			if found := append(m.in(data), l.secrets.in(data)...); len(found) > 0 {
				t.Errorf("%s: holds %q", where, found)
			}
		}
		for _, path := range []string{"/metrics", "/api/devices", "/api/alerts", "/readyz", "/healthz", "/version", "/"} {
			text, err := l.get(path)
			if err != nil {
				t.Error(err)
			}
			look(path, []byte(text))
		}
		if err := p.stop(); err != nil {
			t.Fatalf("stop: %v", err)
		}
		if out := p.out.String(); out != "" {
			look("standard output", []byte(out))
		}
		look("the daemon's log", []byte(p.log.String()))
		topics := []string{"records", "alerts", "rejects", "snapshots", "log"}
		if fused {
			topics = topics[:4]
		}
		for _, topic := range topics {
			look("topic "+topic, l.everything(topic))
		}
		l.lookIntoFolder("state", look)

		// The search must find each of them where it was written, or it could not find it elsewhere.
		var sent bytes.Buffer
		for _, topic := range l.inputs() {
			sent.Write(l.everything(strings.TrimPrefix(topic, l.prefix)))
		}
		found := m.in(sent.Bytes())
		for _, name := range m.names {
			if !slices.Contains(found, name) {
				t.Errorf("%q was not found where it was sent", name)
			}
		}
		// And something must have come of all that: records, alerts about results of patients, and sealed rejects.
		records, alerts := string(l.everything("records")), string(l.everything("alerts"))
		for _, want := range []string{`"kind":"result"`, `"kind":"qc"`, `"kind":"log"`, `"kind":"telemetry"`, `"patient":"p1.e2e.`, `"technician":"p1.e2e.`} {
			if !strings.Contains(records, want) {
				t.Errorf("no record holds %s", want)
			}
		}
		for _, rule := range []string{"critical_value", "error_code", "qc_failed", "limit"} {
			if !strings.Contains(alerts, `"rule":"`+rule+`"`) {
				t.Errorf("no alert of the rule %s", rule)
			}
		}
		l.tokens(records)
		l.replayPrivately(seeds, look)
	})
}

// person is one message as it is sent.
type person struct {
	stream     simStream
	key, value string
}

// personal is messages of all streams with identities in every place that is not meant for a thing.
func personal(m *identities) (list []person) {
	text := func(s string) string { b := must(json.Marshal(s)); return string(b) }
	const when, device = `"2026-05-04T06:00:00Z"`, `"device_id":"a1","facility_id":"North"`
	add := func(s simStream, format string, args ...any) {
		list = append(list, person{s, m.add(fmt.Sprintf("ZQKEY%04d/Doe", len(list))), fmt.Sprintf(format, args...)})
	}
	result := func(id, patient, technician, value, more string) {
		add(simResults, `{"kind":"result","result_id":%s,"patient_id":%s,"technician_id":%s,"test_code":"GLU","result_value":%s,"collected_timestamp":%s,%s,%s}`,
			text(id), text(patient), text(technician), value, when, device, more)
	}
	const unit = `"result_unit":"mg/dL"`
	for i, odd := range []string{"ZQPAT00017", "zq-pat 00018", "ZQPÄT\u00a000019", `ZQ"PAT\00020`, "ZQ<PAT>'00021;--", "ZQPAT\t00022\n", "ZQ患者００２３", "ZQP\x01T00024", "ZQPAT%00025", "{ZQPAT00026}"} {
		result(fmt.Sprint("r", i), m.add(odd), m.add(fmt.Sprintf("ZQTECH%04d", i)), "95", unit)
	}
	patient := m.add("ZQPATIENT4711")
	result("critical", patient, patient, "900", unit) // opens a critical value
	result("code", patient, patient, "-999", unit)    // and an error code
	result("critical", patient, patient, "900", unit) // a repeat
	result("cancelled", patient, patient, `""`, unit+`,"result_status":"X"`)
	result("value", patient, patient, text(m.add("ZQVALUE told Dr. Who by phone")), unit)
	result("value2", patient, patient, text("HEMOLYZED, "+m.add("ZQCOMMENT of Mrs. Doe")), unit)
	result("value3", patient, patient, text(">450 "+m.add("ZQBOUND of Mr. Roe")), unit)
	result("unit", patient, patient, "5", `"result_unit":`+text(m.add("mg/dL ZQUNIT")))
	result("status", patient, patient, "5", unit+`,"result_status":`+text(m.add("ZQSTATUS by Dr. No"))+`,"resulted_timestamp":`+text(m.add("ZQTIME on Monday")))
	result("unknown", patient, patient, "5", unit+`,"patient_name":`+text(m.add("ZQNAME, Erika"))+`,"comment":`+text(m.add("ZQFREE text"))+
		`,"patient":{"name":[`+text(m.add("ZQNESTED"))+`]},`+text(m.add("ZQMEMBER Jane"))+`:1,"birth":`+m.number("1957030211"))
	result("long", m.add("ZQLONG"+strings.Repeat("g", 300)), patient, "5", unit) // set aside
	for _, device := range []string{"North", "South"} {
		for _, id := range []string{"same-1", "same-2"} {
			add(simResults, `{"kind":"result","result_id":"%s-%s","patient_id":"ZQPATIENT4711","technician_id":"ZQPATIENT4711","test_code":"K","result_value":4.1,"result_unit":"mmol/L","collected_timestamp":%s,"device_id":"b1","facility_id":%q}`,
				device, id, when, device)
		}
	}

	control := func(value, more string) {
		add(simQC, `{"kind":"qc","qc_id":"q%d","test_code":"GLU","qc_level":"L1","measured_value":%s,"timestamp":%s,%s,%s}`, len(list), value, when, device, more)
	}
	control("95", `"expected_value":90,"target_sd":4,"unit":"mg/dL","passed":false,"technician_id":`+text(m.add("ZQQCTECH 3"))+`,"comment":`+text(m.add("ZQQCNOTE by Joe")))
	control("95", `"expected_value":`+text(m.add("ZQEXPECTED"))+`,"passed":`+text(m.add("ZQPASSED by Ann"))+`,"unit":`+text(m.add("ZQQCUNIT")))
	control(text(m.add("ZQQCVALUE")), `"reviewed_by":`+text(m.add("ZQREVIEWER")))

	add(simLogs, `{"kind":"log","log_timestamp":%s,"event_type":"ERROR","severity":"ERROR","message":%s,%s}`, when, text("door opened by "+m.add("ZQLOGMSG Smith")), device)
	add(simLogs, `{"kind":"log","log_timestamp":%s,"event_type":%s,"severity":%s,"calibration_date":%s,"user":%s,%s}`, when,
		text(m.add("ZQEVENT Ann")), text(m.add("ZQSEVERE Bob")), text(m.add("ZQCALDATE by Eve")), text(m.add("ZQUSERNAME")), device)

	add(simTelemetry, `{"kind":"telemetry","sample_id":"s1","timestamp":%s,%s,"storage_temp_c":85,"operator_name":%s,"operator":%s,"checked_by":%s,"patient_bed":%s,"user_no":%s,"technician":%s,"comment":%s,"location":%s,"remark":%s,"nurse":%s}`,
		when, device, text(m.add("ZQOPERATOR Kim")), m.number("7300114711"), m.number("7300114712"), m.number("7300114713"), m.number("7300114714"),
		text(m.number("7300114715")), text(m.add("ZQTELNOTE")), text(m.add("ZQROOM of Mr. X")), text(m.add("ZQREMARK")), text(m.add("ZQNURSE Joy")))
	add(simTelemetry, `{"kind":"telemetry","sample_id":"s2","timestamp":%s,%s,"channels":{"ph_level":7.2,"note":%s},"patient_id":%s}`,
		when, device, text(m.add("ZQCHANNEL said")), text(m.add("ZQTELPAT")))

	// Names of people's numbers in every spelling, as numbers, which are what a channel is.
	var numbers strings.Builder
	for i, name := range []string{"PATIENT_ID", "PatientId", "patientid", "Patient ID", "MRN", "pid", "PATID", "OperatorID", "TechId", "lab_tech",
		"UserNo", "dob", "DateOfBirth", "ssn", "HomePhone", "visit", "VisitNo", "encounter", "AccessionNumber", "subject", "ChargeNurse",
		"badge", "BarCode", "Specimen", "SERIALNO", "Id", "ReviewedBy"} {
		fmt.Fprintf(&numbers, `,%q:%s`, name, m.number(fmt.Sprint(7300120000+i)))
	}
	add(simTelemetry, `{"kind":"telemetry","sample_id":"s3","timestamp":%s,%s,"storage_temp_c":4.1%s}`, when, device, numbers.String())

	// What cannot be read holds names as well.
	for _, bad := range []string{
		m.add("ZQUNDECODABLE") + ` {"patient":"not JSON"}`, "\xff\xfe\x00" + m.add("ZQBINARY"), `["` + m.add("ZQLISTED") + `"]`,
		`{"kind":"` + m.add("ZQKINDLY") + `"}`, `{"kind":"result","patient_id":"` + m.add("ZQTWICE") + `","patient_id":"x"}`,
		`{"kind":"result","patient_id":{"mrn":"` + m.add("ZQOBJECT") + `"},"result_id":"x"}`,
		`{"kind":"result","result_id":"x","patient_id":"` + m.add("ZQNODEVICE") + `","test_code":"GLU","result_value":5,"collected_timestamp":` + when + `}`,
		`{"kind":"result","result_id":"x",` + device + `,"test_code":"GLU","result_value":5,"collected_timestamp":"` + m.add("ZQBADTIME") + `"}`,
	} {
		add(simResults, "%s", bad)
	}
	return list
}

// breathe is sixty readings of two sensors that name nobody.
func breathe() (list []person) {
	for i := range 60 {
		list = append(list, person{simTelemetry, fmt.Sprint(i % 2), fmt.Sprintf(
			`{"kind":"telemetry","sample_id":"b%d","timestamp":"2026-05-04T06:%02d:00Z","device_id":"m%d","storage_temp_c":4.%d}`, i, i, i%2, i%10)})
	}
	return list
}

// produce writes messages with their keys and, as a middleware might, with a header that names somebody.
func (l *lab) produce(list []person) {
	l.t.Helper()
	for _, p := range list {
		r := &kgo.Record{Topic: l.topics()[p.stream], Key: []byte(p.key), Value: []byte(p.value),
			Headers: []kgo.RecordHeader{{Key: "x-patient", Value: []byte(p.key)}}}
		if err := l.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			l.t.Fatal(err)
		}
	}
}

// everything that a topic holds: keys, values and headers.
func (l *lab) everything(topic string) (all []byte) {
	l.t.Helper()
	for _, records := range l.committed(l.topic(topic)) {
		for _, r := range records {
			all = append(append(append(all, r.Key...), '\n'), r.Value...)
			for _, h := range r.Headers {
				all = append(append(append(append(all, '\n'), h.Key...), '='), h.Value...)
			}
			all = append(all, '\n')
		}
	}
	return all
}

func (l *lab) lookIntoFolder(name string, look func(string, []byte)) {
	l.t.Helper()
	files := 0
	err := filepath.WalkDir(l.path(name), func(path string, d fs.DirEntry, err error) error {
		if info, e := os.Stat(path); name == "state" && (e != nil || info.Mode().Perm()&0o077 != 0) {
			l.t.Errorf("%s has mode %v, %v: others can read it", path, info.Mode(), e)
		}
		if err != nil || d.IsDir() {
			return err
		}
		files++
		if b, err := os.ReadFile(path); err != nil || len(b) > 0 {
			look("file "+d.Name()+" of "+name, b)
			return err
		}
		return nil
	})
	if err != nil || files == 0 {
		l.t.Errorf("%s: %d files, %v", name, files, err)
	}
}

// tokens looks at the tokens of one identifier that is a patient's and a technician's, in two facilities.
func (l *lab) tokens(records string) {
	l.t.Helper()
	type names struct{ ID, Patient, Technician string }
	of := map[string]names{}
	for _, line := range strings.Split(records, "\n") {
		var n names
		if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &n) == nil && n.ID != "" {
			of[n.ID] = n
		}
	}
	n1, n2, s1 := of["North-same-1"], of["North-same-2"], of["South-same-1"]
	keys := must(record.LoadKeyring(l.path("keys")))
	switch {
	case n1.Patient != keys.PatientToken("North", "ZQPATIENT4711"), n1.Technician != keys.TechnicianToken("North", "ZQPATIENT4711"):
		l.t.Errorf("the tokens are %+v", n1)
	case n1.Patient != n2.Patient, n1.Technician != n2.Technician, n1.Patient != of["critical"].Patient:
		l.t.Errorf("one patient has two tokens: %+v, %+v, %+v", n1, n2, of["critical"])
	case n1.Patient == s1.Patient, n1.Technician == s1.Technician:
		l.t.Errorf("patients of two facilities share a token: %+v, %+v", n1, s1)
	case n1.Patient == n1.Technician:
		l.t.Errorf("a patient and a technician share a token: %+v", n1)
	}
}

// replayPrivately sends the same messages through replay, with the same keys and with others.
func (l *lab) replayPrivately(seeds []person, look func(string, []byte)) {
	l.t.Helper()
	var files [simStreams]bytes.Buffer
	for _, p := range seeds {
		files[p.stream].WriteString(p.value + "\n")
	}
	must(0, os.WriteFile(l.path("other-keys"), []byte("kid e2e\npatient "+strings.Repeat("0f1e2d3c4b5a6978", 4)+"\ntechnician "+strings.Repeat("8796a5b4c3d2e1f0", 4)+"\n"), 0o600))
	must(0, os.WriteFile(l.path("other.yaml"), bytes.ReplaceAll(must(os.ReadFile(l.path("config.yaml"))), []byte(l.path("keys")), []byte(l.path("other-keys"))), 0o600))
	for _, config := range []string{"config.yaml", "other.yaml"} {
		out := l.path("replay-" + config)
		args := []string{"replay", "--config", l.path(config), "--out", out}
		for s := range files {
			file := l.path(fmt.Sprint("stream", s))
			must(0, os.WriteFile(file, files[s].Bytes(), 0o600))
			args = append(args, l.topics()[s]+"="+file)
		}
		p := l.start("replay", args...)
		<-p.done
		if p.err != nil {
			l.t.Errorf("replay: %v\n%s", p.err, p.log.String())
		}
		look("what replay says", []byte(p.log.String()))
		l.lookIntoFolder("replay-"+config, look)
	}
	with := string(must(os.ReadFile(filepath.Join(l.path("replay-config.yaml"), "records.jsonl"))))
	without := string(must(os.ReadFile(filepath.Join(l.path("replay-other.yaml"), "records.jsonl"))))
	l.tokens(with)
	token := must(record.LoadKeyring(l.path("keys"))).PatientToken("North", "ZQPATIENT4711")
	if !strings.Contains(with, token) || strings.Contains(without, token) {
		l.t.Error("the key does not change the token")
	}
}
