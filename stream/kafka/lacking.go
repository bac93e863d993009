package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Lacking asks Kafka which of the rights it does not give us, so that a start names all of them and not the first one
// that it meets. Nothing is changed by asking. Topics that are not there yet, and rights that are needed once, are left
// out: creating a topic tells.
func Lacking(ctx context.Context, env *Environment, client *kgo.Client, rights []Right) ([]Right, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	topics, err := permissions(ctx, client, resources(rights, onTopic))
	if err != nil {
		return nil, err
	}
	var list []Right
	for _, r := range rights {
		if r.Once {
			continue
		}
		var lacks bool
		switch r.Resource {
		case onTopic:
			permitted, there := topics[r.Name]
			lacks = there && permitted&(1<<r.operation()) == 0
		case onGroup:
			lacks, err = lacksGroup(ctx, client, r.Name) // of a prefix: a name of that one and nothing more
		case onID:
			lacks, err = lacksID(ctx, client, r.Name+env.Instance, strings.TrimSuffix(r.Name, "-"))
		}
		if err != nil {
			return nil, fmt.Errorf("ask for %s: %w", r, err)
		}
		if lacks {
			list = append(list, r)
		}
	}
	return list, nil
}

// Absent lists the topics among those of rights that are not there. On the embedded broker run makes them all.
func Absent(ctx context.Context, client *kgo.Client, rights []Right) (absent []string, err error) {
	metadata, err := kadm.NewClient(client).Metadata(ctx)
	if err != nil {
		return nil, fmt.Errorf("read Kafka's metadata: %w", err)
	}
	if metadata.Cluster == embeddedCluster {
		return nil, nil
	}
	for _, name := range resources(rights, onTopic) {
		if !metadata.Topics.Has(name) {
			absent = append(absent, name)
		}
	}
	return absent, nil
}

// permissions are what we may do with each topic that is there, as a set of the protocol's operations. Since KIP-430 a
// broker tells; of a topic that may not even be described nothing is permitted.
func permissions(ctx context.Context, client *kgo.Client, topics []string) (map[string]int32, error) {
	ask := kmsg.NewPtrMetadataRequest()
	ask.IncludeTopicAuthorizedOperations = true
	for _, name := range topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = &name
		ask.Topics = append(ask.Topics, t)
	}
	answer, err := ask.RequestWith(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("read Kafka's metadata: %w", err)
	}
	permitted := map[string]int32{}
	for _, t := range answer.Topics {
		switch err := kerr.ErrorForCode(t.ErrorCode); {
		case t.Topic == nil:
		case errors.Is(err, kerr.TopicAuthorizationFailed):
			permitted[*t.Topic] = 0
		case err == nil && t.AuthorizedOperations != untold:
			permitted[*t.Topic] = t.AuthorizedOperations
		}
	}
	return permitted, nil
}

// untold is what a broker answers that does not say what is permitted (KIP-430).
const untold = math.MinInt32

// lacksGroup sends the heartbeat of a member that does not exist: whoever may not read the group is told so first.
func lacksGroup(ctx context.Context, client *kgo.Client, group string) (bool, error) {
	ask := kmsg.NewPtrHeartbeatRequest()
	ask.Group, ask.MemberID = group, "labwatch-asks-for-its-rights"
	answer, err := ask.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	return denied(err, kerr.GroupAuthorizationFailed)
}

// lacksID adds to a transaction of a producer that does not exist: whoever may not write with the id is told so first.
func lacksID(ctx context.Context, client *kgo.Client, id, group string) (bool, error) {
	ask := kmsg.NewPtrAddOffsetsToTxnRequest()
	ask.TransactionalID, ask.Group, ask.ProducerID, ask.ProducerEpoch = id, group, -1, -1
	answer, err := ask.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	return denied(err, kerr.TransactionalIDAuthorizationFailed)
}

// denied tells the refusal that was asked for from Kafka's other answers, which mean that there was a right to ask.
func denied(err, refused error) (bool, error) {
	if errors.Is(err, refused) {
		return true, nil
	}
	if err != nil && !errors.As(err, new(*kerr.Error)) {
		return false, err // no answer
	}
	return false, nil
}

// checkRights refuses to start without all rights.
func checkRights(ctx context.Context, env *Environment, client *kgo.Client, rights []Right) error {
	if len(rights) == 0 {
		return nil
	}
	list, err := Lacking(ctx, env, client, rights)
	if err != nil || len(list) == 0 {
		return explain(&env.Config, err)
	}
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = r.String()
	}
	return &refusal{fmt.Sprintf("Kafka's access list gives %s no right to: %s (see docs/security.md)", env.principal(), strings.Join(words, "; ")), kerr.ClusterAuthorizationFailed}
}
