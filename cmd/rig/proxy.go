package rig

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy is the network between one labwatch and the broker. It can break connections, hold everything back, or make it
// late.
type Proxy struct {
	listener net.Listener
	upstream string
	carrier  Carrier

	mu    sync.Mutex
	conns map[net.Conn]bool
	cut   bool
	late  time.Duration
	held  chan struct{} // closed: traffic flows
}

// Carrier makes what carries one connection through the proxy at address: requests to the broker and responses to the
// client, each until one end is gone. Both call wait before every piece that they pass on.
type Carrier func(address string, wait func()) (requests, responses func(to io.Writer, from io.Reader))

// Bytes carries bytes as they come, whatever they mean.
func Bytes(_ string, wait func()) (requests, responses func(to io.Writer, from io.Reader)) {
	pass := func(to io.Writer, from io.Reader) {
		buf := make([]byte, 64<<10)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				wait()
				if _, err := to.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
	return pass, pass
}

// StartProxy listens on an address; port 0 is a free one. A single broker stands behind it.
func StartProxy(listen, upstream string, carrier Carrier) (*Proxy, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p := &Proxy{listener: l, upstream: upstream, carrier: carrier, conns: map[net.Conn]bool{}, held: make(chan struct{})}
	close(p.held)
	go p.accept()
	return p, nil
}

// Address is where clients connect.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Close breaks every connection and takes no more.
func (p *Proxy) Close() {
	_ = p.listener.Close()
	p.SetCut(true)
}

// SetCut breaks every connection and refuses new ones, or ends that.
func (p *Proxy) SetCut(cut bool) {
	p.mu.Lock()
	p.cut = cut
	p.mu.Unlock()
	if cut {
		p.Drop()
	}
}

// Drop breaks every connection; new ones are let through, unless they are cut.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// SetLate makes every piece late.
func (p *Proxy) SetLate(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = by
}

// Hold keeps everything back until the function that it returns is called; then all of it flows, however stale.
func (p *Proxy) Hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := make(chan struct{})
	p.held = held
	return func() { close(held) }
}

// wait waits as long as a piece must wait.
func (p *Proxy) wait() {
	p.mu.Lock()
	held, late := p.held, p.late
	p.mu.Unlock()
	<-held
	time.Sleep(late)
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(c)
	}
}

// keep notes a connection for Drop; false: it is cut already.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return false
	}
	p.conns[c] = true
	return true
}

func (p *Proxy) forget(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *Proxy) serve(client net.Conn) {
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
	requests, responses := p.carrier(p.Address(), p.wait)
	done := make(chan struct{}, 2)
	go func() { requests(server, client); done <- struct{}{} }()
	go func() { responses(client, server); done <- struct{}{} }()
	<-done
}
