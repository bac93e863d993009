package kafka

import (
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestSnapshotsAreNotDeleted: a start refuses a snapshot topic whose idle devices Kafka would forget, whoever made it.
func TestSnapshotsAreNotDeleted(t *testing.T) {
	const mends = "--entity-name labwatch.snapshots --add-config cleanup.policy=compact"
	for name, c := range map[string]struct {
		config map[string]*string
		want   string // of the refusal; none: it starts
	}{
		"as labwatch makes it":     {snapshotTopic(false), ""},
		"made without a word":      {nil, mends},
		"deleted too":              {map[string]*string{"cleanup.policy": value("compact,delete")}, mends},
		"by size":                  {map[string]*string{"cleanup.policy": value("delete"), "retention.ms": value("-1"), "retention.bytes": value("1000")}, mends},
		"nothing is ever deleted":  {snapshotTopic(true), ""},
		"an age, and no deletions": {map[string]*string{"cleanup.policy": value("compact"), "retention.ms": value("1000")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := &Environment{Config: DefaultConfig(), Log: zerolog.New(zerolog.NewTestWriter(t))}
			env.Brokers, env.Partitions = []string{cluster(t)}, 1
			client, err := Connect(t.Context(), env, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			admin := kadm.NewClient(client)
			for topic, config := range map[string]map[string]*string{"raw": nil, env.Topics.Snapshots: c.config} {
				if _, err := admin.CreateTopic(t.Context(), 1, 1, config, topic); err != nil {
					t.Fatal(err)
				}
			}
			switch _, err = Prepare(t.Context(), env, client, []string{"raw"}, false); {
			case c.want != "":
				wantError(t, err, c.want)
			case err != nil:
				t.Error(err)
			}
		})
	}
}

// TestPolicyIsNotTold: who may not ask for the policy is warned, and who may not create the topic is told how it must be made.
func TestPolicyIsNotTold(t *testing.T) {
	b := newBench(t)
	log := new(lockedText)
	b.env.Log = zerolog.New(log)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeConfigs}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	if _, err := b.prepare(); err != nil || !strings.Contains(log.String(), "DescribeConfigs") {
		t.Errorf("the start says %v and %s", err, log)
	}
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	err := createAll(t.Context(), newAdmin(b), b.env, []string{"new"}, 4, snapshotTopic(false))
	wantError(t, err, "create the topic with 4 partitions and cleanup.policy=compact")
}

// TestDeletedSnapshotsAreTold: a recovery says when snapshots were deleted that it has never seen; what is on the disk is not lost.
func TestDeletedSnapshotsAreTold(t *testing.T) {
	b := newBench(t)
	b.write("idle", 30)
	disk := new(fakeStore)
	b.judged(disk)
	end, _ := decodePosition(disk.position)
	b.env.Embedded = false
	for _, c := range []struct {
		name  string
		store Store
		front int64 // before which everything is deleted
		told  bool
	}{
		{"nothing is deleted", nil, 0, false},
		{"the disk knows it", disk, end, false},
		{"a new disk", new(fakeStore), end, true},
		{"no disk", nil, end, true},
	} {
		log := new(lockedText)
		b.env.Log = zerolog.New(log)
		b.deleteIn(b.env.Topics.Snapshots, c.front)
		j, want := b.newJudge(c.store), 0
		for range 3 { // rebalances
			if _, err := j.recoverForTest(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if c.told {
			want = 1
		}
		if told := strings.Count(log.String(), "snapshots were deleted"); told != want {
			t.Errorf("%s: told %d times; the log is %s", c.name, told, log)
		}
	}
}
