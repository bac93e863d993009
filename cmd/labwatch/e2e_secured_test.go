package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"labwatch/config"
	"labwatch/stream/kafka"
)

// secure makes labwatch, and it alone, come by TLS with a password and the least rights, and encrypt its state. The
// node must have been started with LABWATCH_KAFKA_SECURE=1; its certificates are in the folder certs.
func (l *lab) secure(certs string) {
	l.t.Helper()
	host, port, err := net.SplitHostPort(l.broker)
	if err != nil {
		l.t.Fatal(err)
	}
	l.bootstrap = net.JoinHostPort(host, strconv.Itoa(must(strconv.Atoi(port))+2))
	password := strings.TrimSpace(string(must(os.ReadFile(filepath.Join(certs, "password")))))
	l.secrets.add(password)
	l.user = l.prefix + "user"
	l.setPassword(password)
	must(0, os.WriteFile(l.path("password"), []byte(password+"\n"), 0o600))
	p := l.start("keys", "keys", "state", l.path("state.keys"))
	<-p.done
	l.secrets.add(strings.TrimSpace(string(must(os.ReadFile(l.path("state.keys"))))))
	l.security = fmt.Sprintf(`
  tls: {enabled: true, ca_file: %q}
  sasl: {mechanism: scram-sha-512, username: %q, password_file: %q}`, filepath.Join(certs, "ca.pem"), l.user, l.path("password"))
	l.stateKeys = l.path("state.keys")
}

// setPassword changes the user's password at the broker.
func (l *lab) setPassword(password string) {
	l.t.Helper()
	made, err := kadm.NewClient(l.client).AlterUserSCRAMs(context.Background(), nil, []kadm.UpsertSCRAM{{User: l.user, Mechanism: kadm.ScramSha512, Iterations: 4096, Password: password}})
	if err == nil {
		err = made.Error()
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// permit gives the user the rights that docs/security.md lists, and no other.
func (l *lab) permit() {
	l.t.Helper()
	cfg := must(config.Load(l.path("config.yaml")))
	env := kafka.Environment{Config: cfg.Kafka, Delivers: true}
	env.Topics.Undelivered = l.topic("undelivered")
	for _, r := range append(env.Rights(l.inputs(), l.fused), env.ToolRights(l.inputs())...) {
		operation := must(kmsg.ParseACLOperation(r.Operation))
		pattern := kadm.ACLPatternLiteral
		if r.Prefixed {
			pattern = kadm.ACLPatternPrefixed
		}
		b := kadm.NewACLs().Allow("User:" + l.user).AllowHosts("*").ResourcePatternType(pattern).Operations(operation)
		switch r.Resource {
		case "topic":
			b.Topics(r.Name)
		case "group":
			b.Groups(r.Name)
		case "transactional-id":
			b.TransactionalIDs(r.Name)
		}
		made, err := kadm.NewClient(l.client).CreateACLs(context.Background(), b)
		if err != nil || made[0].Err != nil {
			l.t.Fatalf("grant %s: %v, %+v", r, err, made)
		}
	}
}

// TestE2ECheckKafka asks a Kafka for the rights of labwatch: with all of them, and, on a secured one, without one.
func TestE2ECheckKafka(t *testing.T) {
	if os.Getenv("LABWATCH_KAFKA") == "" {
		t.Skip("LABWATCH_KAFKA names no broker")
	}
	l := newLab(t, false)
	text := l.command("check", "--kafka", "--config", l.path("config.yaml"))
	if !strings.Contains(text, "kafka    yes       Read on topic "+l.topic("qc")) || strings.Contains(text, "MISSING") {
		t.Errorf("with all rights:\n%s", text)
	}
	if l.user == "" {
		return
	}
	if out := l.simulate(); !strings.Contains(out, "sent 100 messages") {
		t.Errorf("the simulated instruments say %q", out)
	}
	gone, err := kadm.NewClient(l.client).DeleteACLs(t.Context(), kadm.NewACLs().Allow("User:"+l.user).AllowHosts("*").
		ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead).Topics(l.topic("qc")))
	if err != nil || len(gone[0].Deleted) != 1 {
		t.Fatal(err, gone)
	}
	eventually(t, "the right is missing", func() bool {
		p := l.start("check", "check", "--kafka", "--config", l.path("config.yaml"))
		<-p.done
		return strings.Contains(p.out.String(), "kafka    MISSING   Read on topic "+l.topic("qc")) && strings.Contains(p.log.String(), " rights are missing") && p.cmd.ProcessState.ExitCode() == exitFailed
	})
}

// TestPasswordChanged changes the password at the broker while labwatch runs: it says so, goes on trying, and works on
// as soon as its file holds the new one. Nothing is lost or doubled by that.
func TestPasswordChanged(t *testing.T) {
	if os.Getenv("LABWATCH_TEST_KAFKA_CERTS") == "" {
		t.Skip("LABWATCH_TEST_KAFKA_CERTS names no secured Kafka")
	}
	l := newLab(t, false)
	p := l.run()
	first, second := breathe()[:30], breathe()[30:]
	l.produce(first)
	l.waitRecords(len(first))
	const changed = "ZQ-changed-hunter2"
	l.secrets.add(changed)
	l.setPassword(changed)
	eventually(t, "the refusal is said", func() bool { return strings.Contains(p.log.String(), "Kafka refuses user") })
	l.produce(second)
	must(0, os.WriteFile(l.path("password"), []byte(changed), 0o600))
	l.waitRecords(len(first) + len(second))
	if err := p.stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if n := count(l.committed(l.topic("records"))); n != len(first)+len(second) {
		t.Errorf("%d records came of %d messages", n, len(first)+len(second))
	}
	if found := l.secrets.in([]byte(p.log.String())); len(found) > 0 {
		t.Error("the log shows a password")
	}
}

// TestE2ESecuredEmbedded runs labwatch against an embedded broker that asks for TLS and a password.
func TestE2ESecuredEmbedded(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1 and signed by itself
	defer server.Close()
	const password = "ZQ-hunter2-embedded"
	l := &lab{t: t, dir: t.TempDir(), http: freeAddress(t), prefix: "secured-"}
	cluster := must(kfake.NewCluster(kfake.NumBrokers(1), kfake.ClusterID("labwatch-embedded"), kfake.TLS(server.TLS.Clone()),
		kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "lab", password)))
	defer cluster.Close()
	l.broker = cluster.ListenAddrs()[0]
	l.bootstrap = l.broker
	l.secrets.add(password)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	must(0, os.WriteFile(l.path("ca.pem"), ca, 0o600))
	must(0, os.WriteFile(l.path("password"), []byte(password), 0o600))
	must(0, os.WriteFile(l.path("keys"), []byte("kid e2e\npatient "+strings.Repeat("0123456789abcdef", 4)+"\ntechnician "+strings.Repeat("fedcba9876543210", 4)+"\n"), 0o600))
	l.security = fmt.Sprintf(`
  tls: {enabled: true, ca_file: %q}
  sasl: {mechanism: scram-sha-512, username: lab, password_file: %q}`, l.path("ca.pem"), l.path("password"))
	must(0, os.WriteFile(l.path("config.yaml"), []byte(strings.Replace(l.config(), "log: {", "log: {level: debug, ", 1)), 0o600))
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	l.client = must(kgo.NewClient(kgo.SeedBrokers(l.broker), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.DialTLSConfig(&tls.Config{RootCAs: pool}),
		kgo.SASL(scram.Auth{User: "lab", Pass: password}.AsSha512Mechanism())))
	defer l.client.Close()
	p := l.run()
	sent := breathe()
	l.produce(sent)
	out := l.simulate()
	if !strings.Contains(out, "sent 100 messages") {
		t.Errorf("the simulated instruments say %q", out)
	}
	admin := kadm.NewClient(l.client)
	eventually(t, "everything is judged", func() bool {
		at, err := admin.FetchOffsets(t.Context(), l.prefix+"group-sequence")
		return err == nil && sum(at) >= len(sent)+100 && l.behind("judge", l.topic("log")) == 0
	})
	metrics := must(l.get("/metrics"))
	if err := p.stop(); err != nil {
		t.Fatalf("stop: %v\n%s", err, p.log.String())
	}
	if found := l.secrets.in([]byte(metrics + out + p.out.String() + p.log.String())); len(found) > 0 {
		t.Errorf("the password is shown")
	}
}

// simulate lets instruments send a hundred messages in the way that the config says.
func (l *lab) simulate() string {
	l.t.Helper()
	topics := l.topics()
	return l.command("simulate", "--config", l.path("config.yaml"), "--count", "100", "--rate", "1000", "--results-topic", topics[simResults],
		"--qc-topic", topics[simQC], "--logs-topic", topics[simLogs], "--telemetry-topic", topics[simTelemetry])
}

// sum adds up committed offsets.
func sum(offsets kadm.OffsetResponses) (n int) {
	offsets.Each(func(o kadm.OffsetResponse) { n += int(o.At) })
	return n
}
