package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The topics of the instruments.
const (
	resultsTopic   = "lab.results"
	telemetryTopic = "lab.telemetry"
	qcTopic        = "lab.qc"
	logsTopic      = "lab.logs"
)

// prepareKafka makes the topics of the instruments and lets labwatch's user do everything; the least that it needs is
// another test's business.
func (s *site) prepareKafka(ctx context.Context) (err error) {
	if s.client, err = kgo.NewClient(kgo.SeedBrokers("127.0.0.1:"+kafkaPort), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil))); err != nil {
		return fmt.Errorf("start Kafka client: %w", err)
	}
	s.admin = kadm.NewClient(s.client)
	created, err := s.admin.CreateTopics(ctx, 4, 1, nil, resultsTopic, telemetryTopic, qcTopic, logsTopic)
	if err == nil {
		err = created.Error()
	}
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	acls := kadm.NewACLs().Allow("User:labwatch-plain").AllowHosts("*").ResourcePatternType(kadm.ACLPatternPrefixed).
		Topics("lab").Groups("labwatch").TransactionalIDs("labwatch").Clusters().Operations(kadm.OpAll)
	if _, err := s.admin.CreateACLs(ctx, acls); err != nil {
		return fmt.Errorf("create access list: %w", err)
	}
	return nil
}

// writeFiles writes what labwatch and Prometheus read.
func (s *site) writeFiles() error {
	if err := s.certify(time.Now().Add(365 * 24 * time.Hour)); err != nil {
		return err
	}
	password, err := os.ReadFile(filepath.Join(s.dir, "kafka", "certs", "password"))
	if err != nil {
		return fmt.Errorf("read Kafka's password: %w", err)
	}
	for name, text := range map[string]string{
		"password":       string(password),
		"keys":           "kid ops\npatient " + secret() + "\ntechnician " + secret() + "\n",
		"labwatch.yaml":  s.labwatchConfig(),
		"prometheus.yml": s.prometheusConfig(),
	} {
		if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	token := secret()
	if err := os.WriteFile(s.path("token"), []byte(token), 0o600); err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	if err := os.WriteFile(s.path("tokens"), []byte("prometheus "+token+"\n"), 0o600); err != nil {
		return fmt.Errorf("write tokens: %w", err)
	}
	return hasten(filepath.Join(s.root, "deploy", "prometheus", "rules"), s.path("rules"))
}

func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func (s *site) labwatchConfig() string {
	return fmt.Sprintf(`
standardize: {key_file: %q}
alerts: {silent: {after: 20s}, limit: {profile: original}}
delivery: {sinks: [{name: hook, type: webhook, url: %q}]}
kafka:
  brokers: ["127.0.0.1:%s"]
  instance: ops
  session_timeout: 6s
  tls: {enabled: true, ca_file: %q}
  sasl: {mechanism: plain, username: labwatch-plain, password_file: %q}
state: {dir: %q}
http:
  listen: %q
  admin: %q
  token_file: %q
  tls: {cert_file: %q, key_file: %q}
log: {format: json}
`, s.path("keys"), s.hook.url(), proxyPort, filepath.Join(s.dir, "kafka", "certs", "ca.pem"), s.path("password"),
		filepath.Join(s.path("state"), "labwatch"), s.http, s.adminAddress, s.path("tokens"), s.path("http.pem"), s.path("http.key"))
}

// certify writes a certificate for labwatch's HTTP, which is its own authority, and which ends at that time. The
// authority that Prometheus trusts is written with it.
func (s *site) certify(ends time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "labwatch"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: ends, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("make certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	for name, block := range map[string]*pem.Block{
		"http.key":    {Type: "PRIVATE KEY", Bytes: private},
		"http.pem":    {Type: "CERTIFICATE", Bytes: cert},
		"http-ca.pem": {Type: "CERTIFICATE", Bytes: cert},
	} {
		if err := os.WriteFile(s.path(name), pem.EncodeToMemory(block), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// insecure is for our own look at /readyz: whether the certificate is good is what Prometheus is asked.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }
