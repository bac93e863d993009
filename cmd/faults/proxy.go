package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// proxy is the network between one instance and the broker. It can break connections, hold everything back, or make
// it late. Brokers tell clients their own address, which would lead around the proxy; it writes its own in its place.
type proxy struct {
	listener net.Listener
	upstream string

	mu    sync.Mutex
	conns map[net.Conn]bool
	cut   bool
	late  time.Duration
	held  chan struct{} // closed: traffic flows
}

// startProxy listens on a free port of the loopback interface. A single broker stands behind it.
func startProxy(upstream string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p := &proxy{listener: l, upstream: upstream, conns: map[net.Conn]bool{}, held: make(chan struct{})}
	close(p.held)
	go p.accept()
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) close() {
	_ = p.listener.Close()
	p.setCut(true)
}

// setCut breaks every connection and refuses new ones, or ends that.
func (p *proxy) setCut(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	for c := range p.conns {
		if cut {
			_ = c.Close()
		}
	}
}

// setLate makes every message late.
func (p *proxy) setLate(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = by
}

// hold keeps everything back until the function that it returns is called; then all of it flows, however stale.
func (p *proxy) hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := make(chan struct{})
	p.held = held
	return func() { close(held) }
}

// pass waits as long as a message must wait.
func (p *proxy) pass() {
	p.mu.Lock()
	held, late := p.held, p.late
	p.mu.Unlock()
	<-held
	time.Sleep(late)
}

func (p *proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(c)
	}
}

// keep notes a connection for setCut; false: it is cut already.
func (p *proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) forget(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	if !p.keep(client) {
		return
	}
	defer p.forget(client)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	server, err := new(net.Dialer).DialContext(ctx, "tcp", p.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.keep(server) {
		return
	}
	defer p.forget(server)
	x := newExchange(p.address(), p.pass)
	done := make(chan struct{}, 2)
	go func() { x.requests(server, client); done <- struct{}{} }()
	go func() { x.responses(client, server); done <- struct{}{} }()
	<-done
}
