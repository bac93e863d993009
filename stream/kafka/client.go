package kafka

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// partitioner puts a snapshot into the partition that it is about and everything else where its key belongs, by the
// hash that Kafka's own clients use.
type partitioner struct {
	snapshots string
	kgo.Partitioner
}

// ForTopic implements kgo.Partitioner.
func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	if topic == p.snapshots {
		return kgo.ManualPartitioner().ForTopic(topic)
	}
	return p.Partitioner.ForTopic(topic)
}

// clientOptions are common to every client of ours, and the only place that knows how to reach a broker.
func clientOptions(env *Environment) []kgo.Opt {
	opts := []kgo.Opt{
		kgo.SeedBrokers(env.Brokers...),
		kgo.ClientID("labwatch"),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.FetchMaxPartitionBytes(env.FetchBytes),
		kgo.FetchMaxBytes(64 << 20),           // far above partitions x partition bytes: see DESIGN.md on the embedded broker
		kgo.MaxDecompressBatchBytes(64 << 20), // a hostile batch must not take the memory
		// Snappy is the one that costs the least CPU. Zstd would shrink records more, for more of it.
		kgo.ProducerBatchCompression(kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.NoCompression()),
		kgo.MetadataMinAge(250 * time.Millisecond),
		kgo.AlwaysRetryEOF(),
		kgo.RetryBackoffFn(backoff),
		kgo.RequestRetries(retries),
		kgo.DisableClientMetrics(), // what there is to know is at /metrics
		kgo.WithLogger(newClientLogger(env.Log)),
	}
	if env.TLS.Enabled {
		opts = append(opts, kgo.Dialer(env.TLS.dial))
	}
	if env.mechanism != nil {
		opts = append(opts, kgo.SASL(env.mechanism))
	}
	return opts
}
