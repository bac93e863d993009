package config

import (
	"fmt"
	"net"
	"slices"
)

// Warnings says what an operator should know of settings that are no mistakes, each with its path.
func (c *Config) Warnings() (list []string) {
	warn := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	switch len(c.Kafka.Brokers) {
	case 0:
		warn("kafka.brokers: none is named, so an embedded broker keeps everything in %s: for a bench and one machine, not against power loss", c.Broker.Dir)
	case 1:
		warn("kafka.brokers: one is named; while it is down a start does not find the others")
	}
	if c.Kafka.Replication == 1 && len(c.Kafka.Brokers) > 0 {
		warn("kafka.replication: 1: what a broker holds is lost with its disk, records and state alike")
	}
	if c.Kafka.Instance == "" {
		warn("kafka.instance: is the host's name; where that changes with each start (a container), a restart waits for kafka.session_timeout")
	}
	if !c.Kafka.TLS.Enabled && c.Kafka.SASL.Mechanism == "" && slices.ContainsFunc(c.Kafka.Brokers, elsewhere) {
		warn("kafka.tls: is off and nobody logs in: whoever reaches the network reads and writes what labwatch does")
	}
	if most := c.Judge.MostSeries(c.Detectors.Baseline); most < c.Judge.MaxSeries {
		warn("judge.max_series: a device has room for %d series at most, fewer than %d, because of detectors.baseline.size: %d "+
			"and judge.remember: %d; those that were not seen for longest make room", most, c.Judge.MaxSeries, c.Detectors.Baseline.Size, c.Judge.Remember)
	}
	return append(append(list, c.Kafka.Warnings()...), c.HTTP.Warnings()...)
}

// elsewhere says whether a broker is on another machine.
func elsewhere(broker string) bool {
	host, _ := brokerHost(broker)
	ip := net.ParseIP(host)
	return host != "localhost" && !(ip != nil && ip.IsLoopback())
}
