package kafka

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kadm"
)

// allow grants a right to the user, or takes it away.
func (s *secured) allow(r Right, grant bool) {
	s.t.Helper()
	pattern := kadm.ACLPatternLiteral
	if r.Prefixed {
		pattern = kadm.ACLPatternPrefixed
	}
	b := kadm.NewACLs().Allow("User:" + s.user).AllowHosts("*").ResourcePatternType(pattern).Operations(r.operation())
	switch r.Resource {
	case onTopic:
		b.Topics(r.Name)
	case onGroup:
		b.Groups(r.Name)
	case onID:
		b.TransactionalIDs(r.Name)
	}
	if grant {
		made, err := s.admin.CreateACLs(s.t.Context(), b)
		if err != nil || len(made) != 1 || made[0].Err != nil {
			s.t.Fatalf("grant %s: %v, %+v", r, err, made)
		}
		return
	}
	gone, err := s.admin.DeleteACLs(s.t.Context(), b)
	if err != nil || len(gone) != 1 || gone[0].Err != nil || len(gone[0].Deleted) != 1 {
		s.t.Fatalf("take away %s: %v, %+v", r, err, gone)
	}
}

// lockedText is a log that is read while it is written.
type lockedText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// environment is that of a labwatch with topics and groups that begin with the user's name.
func (s *secured) environment(log *lockedText) *Environment {
	c := DefaultConfig()
	name := func(end string) string { return s.user + "-" + end }
	c.Group, c.Instance, c.Partitions = s.user, "one", 1
	c.Topics = Topics{name("log"), name("records"), name("alerts"), name("rejects"), name("snapshots"), name("undelivered")}
	c.CommitInterval, c.SessionTimeout = 50*time.Millisecond, 6*time.Second
	c.Brokers = []string{s.sasl}
	s.as(saslScram512, s.user, s.password)(&c)
	return &Environment{Config: c, TickInterval: time.Second, Rules: "r1", Delivers: true, Log: zerolog.New(log)}
}

// start connects and prepares as the daemon does, and closes again.
func (s *secured) start(env *Environment, inputs []string, fused bool) error {
	s.t.Helper()
	client, err := Connect(s.t.Context(), env, 10*time.Second)
	if err != nil {
		return err
	}
	defer client.Close()
	if _, err = Prepare(s.t.Context(), env, client, inputs, fused); err != nil {
		return err
	}
	_, err = NewDelivery(s.t.Context(), env, client)
	return err
}

// soon tries until it succeeds: Kafka applies changes of access lists a moment after it confirmed them.
func (s *secured) soon(what string, try func() error) {
	s.t.Helper()
	var err error
	for range 50 {
		if err = try(); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Errorf("%s: %v", what, err)
}

func wants(err error, texts ...string) error {
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			return fmt.Errorf("said %w, wanted %q", err, text)
		}
	}
	return nil
}

// A start without one of the rights names it; with all it succeeds.
func TestSecuredKafkaRights(t *testing.T) {
	for _, fused := range []bool{false, true} {
		t.Run(fmt.Sprintf("fused=%v", fused), func(t *testing.T) {
			s := newSecured(t)
			env := s.environment(new(lockedText))
			inputs := []string{s.user + "-raw"}
			if _, err := s.admin.CreateTopic(t.Context(), 1, 1, nil, inputs[0]); err != nil {
				t.Fatal(err)
			}
			rights := env.Rights(inputs, fused)
			all := []string{"Kafka's access list gives user \"" + s.user + "\" no right to: "}
			for _, r := range rights {
				if !r.Once && (r.Resource != onTopic || r.Name == inputs[0]) { // the other topics are not there yet
					all = append(all, r.String())
				}
			}
			if err := wants(s.start(env, inputs, fused), all...); err != nil {
				t.Error(err)
			}
			for _, r := range rights {
				if !r.Once {
					s.allow(r, true)
				}
			}
			// The topics are not there: one after the other may be created.
			for _, r := range rights {
				if r.Once {
					s.soon(r.String(), func() error {
						return wants(s.start(env, inputs, fused), "topic "+r.Name+" does not exist", "no right to Create on topic "+r.Name)
					})
					s.allow(r, true)
				}
			}
			s.soon("with all rights", func() error { return s.start(env, inputs, fused) })
			asks, snapshots := Right{Resource: onTopic, Name: env.Topics.Snapshots, Operation: "DescribeConfigs"}, env.Topics.Snapshots
			for _, policy := range []string{"delete", "compact"} {
				change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "cleanup.policy", Value: &policy}}
				if _, err := s.admin.AlterTopicConfigs(t.Context(), change, snapshots); err != nil {
					t.Fatal(err)
				}
				s.soon("with a policy that it cannot see: "+policy, func() error { return s.start(env, inputs, fused) })
				s.allow(asks, true)
				s.soon("with a policy that it can see: "+policy, func() error {
					err := s.start(env, inputs, fused)
					if policy == "delete" {
						return wants(err, "topic "+snapshots+" has cleanup.policy=delete")
					}
					return err
				})
				s.allow(asks, false)
			}
			for _, r := range rights {
				s.allow(r, false)
				if r.Once { // it is there now
					s.soon("without "+r.String(), func() error { return s.start(env, inputs, fused) })
					continue
				}
				s.soon("without "+r.String(), func() error {
					return wants(s.start(env, inputs, fused), "no right to: "+r.String()+" (see docs/security.md)")
				})
				s.allow(r, true)
			}
			s.soon("with all rights again", func() error { return s.start(env, inputs, fused) })
			t.Logf("%d rights", len(rights))
		})
	}
}
