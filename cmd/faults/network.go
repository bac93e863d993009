package main

import (
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"labwatch/cmd/rig"
)

// network is what one instance sees of the broker: a proxy before each node. A fault hits all of them or one.
type network struct {
	proxies []*rig.Proxy

	mu    sync.Mutex
	names map[string]string // address of a proxy by that of its node
}

func startNetwork(brokers []string) (*network, error) {
	n := &network{names: map[string]string{}}
	for _, broker := range brokers {
		p, err := rig.StartProxy("127.0.0.1:0", broker, n.carry)
		if err != nil {
			n.close()
			return nil, err
		}
		n.proxies = append(n.proxies, p)
		n.mu.Lock()
		n.names[broker] = p.Address()
		n.mu.Unlock()
	}
	return n, nil
}

// carry is the carrier of the proxies.
func (n *network) carry(address string, wait func()) (requests, responses func(io.Writer, io.Reader)) {
	x := &exchange{instead: n.instead(address), pass: wait, naming: map[int32]kmsg.Response{}}
	return x.requests, x.responses
}

// instead gives the function that tells the proxy before a node. A single broker may know itself by another name than
// the one it was told by.
func (n *network) instead(single string) func(host string, port int32) (string, int32) {
	return func(host string, port int32) (string, int32) {
		at := single
		n.mu.Lock()
		if len(n.names) > 1 {
			at = n.names[net.JoinHostPort(host, strconv.Itoa(int(port)))]
		}
		n.mu.Unlock()
		if at == "" { // no node: there is no coordinator yet
			return host, port
		}
		to, text, _ := net.SplitHostPort(at)
		number, _ := strconv.Atoi(text)
		return to, int32(number)
	}
}

// addresses are where the instance connects.
func (n *network) addresses() (all []string) {
	for _, p := range n.proxies {
		all = append(all, p.Address())
	}
	return all
}

// some is half of the times the network to one node only. The nodes always see each other.
func (n *network) some(rng *rand.Rand) *network {
	if len(n.proxies) == 1 || rng.IntN(2) == 0 {
		return n
	}
	node := rng.IntN(len(n.proxies))
	return &network{proxies: n.proxies[node : node+1]}
}

func (n *network) setCut(cut bool) {
	for _, p := range n.proxies {
		p.SetCut(cut)
	}
}

func (n *network) setLate(by time.Duration) {
	for _, p := range n.proxies {
		p.SetLate(by)
	}
}

// hold keeps everything back until the function that it returns is called.
func (n *network) hold() (release func()) {
	var releases []func()
	for _, p := range n.proxies {
		releases = append(releases, p.Hold())
	}
	return func() {
		for _, release := range releases {
			release()
		}
	}
}

func (n *network) close() {
	for _, p := range n.proxies {
		p.Close()
	}
}
