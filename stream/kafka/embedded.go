package kafka

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Broker is the embedded broker: franz-go's kfake with a data folder. It is meant for a bench, a demo and one
// machine; it speaks Kafka's protocol with transactions and groups, but it keeps no replicas and is not durable
// against power loss. It must be stopped with Close: after a kill -9 committed output can be hidden from readers.
type Broker struct {
	cluster *kfake.Cluster
	lock    *os.File
	address string
}

// embeddedCluster is the cluster id by which an instance knows that it speaks to an embedded broker, whoever started
// that.
const embeddedCluster = "labwatch-embedded"

// StartBroker listens on the loopback address, at port or the next free one of the following hundred, and keeps its
// data in dir. An empty dir keeps everything in memory. It waits up to ten seconds for a former broker to leave dir.
func StartBroker(dir string, port int) (*Broker, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	port, err = freePort(port)
	if err != nil {
		return nil, errors.Join(err, unlock(lock))
	}
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.Ports(port),
		kfake.ClusterID(embeddedCluster),
		// One hour is the default; retention of a bench should be seen to work within a minute.
		kfake.BrokerConfigs(map[string]string{"log.cleaner.backoff.ms": "60000", "group.initial.rebalance.delay.ms": "0"}),
	}
	if dir != "" {
		opts = append(opts, kfake.DataDir(filepath.Join(dir, "log")))
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start embedded broker in %q: %w", dir, err), unlock(lock))
	}
	if dir != "" {
		fenceFormer(cluster) // before anybody has found the way: that takes several requests
	}
	return &Broker{cluster, lock, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}, nil
}

// Address is host:port for clients.
func (b *Broker) Address() string { return b.address }

// Close writes what is in memory and leaves the folder.
func (b *Broker) Close() error {
	b.cluster.Close()
	return unlock(b.lock)
}

func freePort(first int) (int, error) {
	for port := first; port < first+100; port++ {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("start embedded broker: no free port from %d to %d on 127.0.0.1", first, first+99)
}

// lockFolder keeps two brokers from writing one folder.
func lockFolder(dir string) (*os.File, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of the embedded broker: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "broker.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock folder of the embedded broker: %w", err)
	}
	for range 100 {
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return f, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("start embedded broker: folder %q is in use by another one", dir), f.Close())
}

func unlock(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}
