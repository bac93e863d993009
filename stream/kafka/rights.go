package kafka

import (
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Right is one entry of Kafka's access list (ACL): what may be done with one thing.
type Right struct {
	Resource  string // topic, group or transactional-id, as kafka-acls names them
	Name      string
	Prefixed  bool   // whatever begins with Name
	Operation string // Read, Write, Create or Describe; the first two imply Describe
	Why       string
	Once      bool // needed only until the topic is there
}

// String is the entry in words.
func (r Right) String() string {
	if r.Prefixed {
		return fmt.Sprintf("%s on %s %s* (%s)", r.Operation, r.Resource, r.Name, r.Why)
	}
	return fmt.Sprintf("%s on %s %s (%s)", r.Operation, r.Resource, r.Name, r.Why)
}

// The kinds of things with access lists.
const (
	onTopic = "topic"
	onGroup = "group"
	onID    = "transactional-id"
)

// Rights is the least that labwatch needs on a site's Kafka to read inputs, in the way that the environment says.
func (env *Environment) Rights(inputs []string, fused bool) (list []Right) {
	add := func(resource, name, operation, why string) {
		list = append(list, Right{Resource: resource, Name: name, Operation: operation, Why: why})
	}
	sequence, judge := env.Only != "judge" && !fused, env.Only != "sequence"
	creates := []string{env.Topics.Log, env.Topics.Snapshots, env.Topics.Records, env.Topics.Alerts, env.Topics.Rejects}
	topic := func(name string, read, write bool, why string) {
		switch {
		case read:
			add(onTopic, name, "Read", why)
		case !write:
			add(onTopic, name, "Describe", "the start looks whether it is there")
		}
		if write {
			add(onTopic, name, "Write", why)
		}
	}
	for _, name := range inputs {
		topic(name, sequence || fused, false, "readings come in")
	}
	if !fused {
		topic(env.Topics.Log, true, sequence, "one order of everything: written by one step, read by the other")
	}
	topic(env.Topics.Records, false, judge, "judged readings go out")
	topic(env.Topics.Alerts, env.Delivers, judge, "alerts go out")
	topic(env.Topics.Rejects, false, sequence || fused, "what cannot be read is set aside")
	topic(env.Topics.Snapshots, judge, judge, "state, for a restart and for another instance")
	for _, stage := range []struct {
		name string
		runs bool
	}{{"sequence", sequence}, {"judge", judge}} {
		if stage.runs {
			add(onGroup, env.Group+"-"+stage.name, "Read", "partitions and offsets of one step")
			list = append(list, Right{Resource: onID, Name: env.Group + "-" + stage.name + "-", Prefixed: true, Operation: "Write", Why: "transactions; an instance's name follows"})
		}
	}
	if env.Delivers {
		topic(env.Topics.Undelivered, false, true, "what a sink would not take is kept")
		list = append(list, Right{Resource: onGroup, Name: env.Group + "-deliver-", Prefixed: true, Operation: "Read", Why: "each sink reads the alerts; its name follows"})
		creates = append(creates, env.Topics.Undelivered)
	}
	for _, name := range creates {
		if !fused || name != env.Topics.Log {
			list = append(list, Right{Resource: onTopic, Name: name, Operation: "Create", Why: "only if you do not create it yourself", Once: true})
		}
	}
	return list
}

// ToolRights is what a person needs for labwatch rejects, explain and alert.
func (env *Environment) ToolRights(inputs []string) []Right {
	list := []Right{
		{Resource: onTopic, Name: env.Topics.Alerts, Operation: "Read", Why: "explain, alert"},
		{Resource: onTopic, Name: env.Topics.Records, Operation: "Read", Why: "explain"},
		{Resource: onTopic, Name: env.Topics.Rejects, Operation: "Read", Why: "rejects"},
		{Resource: onTopic, Name: env.Topics.Rejects, Operation: "Write", Why: "rejects redrive marks what it sent back"},
		{Resource: onID, Name: env.Group + "-redrive", Operation: "Write", Why: "rejects redrive"},
	}
	for _, name := range inputs {
		list = append(list, Right{Resource: onTopic, Name: name, Operation: "Write", Why: "rejects redrive, alert"})
	}
	return list
}

// operation is the number that Kafka's protocol has for the word.
func (r Right) operation() kmsg.ACLOperation {
	o, err := kmsg.ParseACLOperation(r.Operation)
	if err != nil { // the words above are its own
		panic(err)
	}
	return o
}

// resources are the distinct names of one kind in a list of rights, in its order.
func resources(list []Right, kind string) (names []string) {
	for _, r := range list {
		if r.Resource == kind && !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}
