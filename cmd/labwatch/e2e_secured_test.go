package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

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
	ctx := context.Background()
	made, err := kadm.NewClient(l.client).AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{{User: l.user, Mechanism: kadm.ScramSha512, Iterations: 4096, Password: password}})
	if err == nil {
		err = made.Error()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	must(0, os.WriteFile(l.path("password"), []byte(password+"\n"), 0o600))
	p := l.start("keys", "keys", "state", l.path("state.keys"))
	<-p.done
	l.secrets.add(strings.TrimSpace(string(must(os.ReadFile(l.path("state.keys"))))))
	l.security = fmt.Sprintf(`
  tls: {enabled: true, ca_file: %q}
  sasl: {mechanism: scram-sha-512, username: %q, password_file: %q}`, filepath.Join(certs, "ca.pem"), l.user, l.path("password"))
	l.stateKeys = l.path("state.keys")
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
