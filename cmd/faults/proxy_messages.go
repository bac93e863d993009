package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// exchange carries the messages of one connection. Brokers tell clients their own address, which would lead around the
// proxy: exchange puts that of the proxy into the two responses that name brokers.
type exchange struct {
	host string
	port int32
	pass func() // waits before each message

	mu     sync.Mutex
	naming map[int32]kmsg.Response // by correlation id: responses to come that name brokers
}

// carryMessages is the carrier of a rig.Proxy.
func carryMessages(address string, wait func()) (requests, responses func(io.Writer, io.Reader)) {
	x := newExchange(address, wait)
	return x.requests, x.responses
}

func newExchange(address string, pass func()) *exchange {
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	return &exchange{host: host, port: int32(port), pass: pass, naming: map[int32]kmsg.Response{}}
}

// requests carries from the client to the server until one of them is gone. A request begins with its size, key,
// version and correlation id (4, 2, 2 and 4 bytes).
func (x *exchange) requests(server io.Writer, client io.Reader) {
	in, out := bufio.NewReaderSize(client, 64<<10), bufio.NewWriterSize(server, 64<<10)
	for {
		head, err := in.Peek(12)
		if err != nil {
			return
		}
		size := binary.BigEndian.Uint32(head)
		key, version := int16(binary.BigEndian.Uint16(head[4:])), int16(binary.BigEndian.Uint16(head[6:]))
		switch kmsg.Key(key) {
		case kmsg.Metadata, kmsg.FindCoordinator:
			r := kmsg.ResponseForKey(key)
			r.SetVersion(version)
			x.mu.Lock()
			x.naming[int32(binary.BigEndian.Uint32(head[8:]))] = r
			x.mu.Unlock()
		}
		x.pass()
		if _, err := io.CopyN(out, in, int64(size)+4); err != nil {
			return
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return
			}
		}
	}
}

// responses carries from the server to the client. A response begins with its size and correlation id.
func (x *exchange) responses(client io.Writer, server io.Reader) {
	in, out := bufio.NewReaderSize(server, 64<<10), bufio.NewWriterSize(client, 64<<10)
	for {
		head, err := in.Peek(8)
		if err != nil {
			return
		}
		size, id := int64(binary.BigEndian.Uint32(head))+4, int32(binary.BigEndian.Uint32(head[4:]))
		x.mu.Lock()
		r := x.naming[id]
		delete(x.naming, id)
		x.mu.Unlock()
		x.pass()
		if r == nil {
			_, err = io.CopyN(out, in, size)
		} else {
			message := make([]byte, size)
			if _, err = io.ReadFull(in, message); err == nil {
				if message, err = x.rename(message, r); err == nil {
					_, err = out.Write(message)
				}
			}
		}
		if err == nil && in.Buffered() == 0 {
			err = out.Flush()
		}
		if err != nil {
			return
		}
	}
}

// rename reads a whole message and writes it anew with the proxy's address.
func (x *exchange) rename(message []byte, r kmsg.Response) ([]byte, error) {
	header := 8
	if r.IsFlexible() {
		header = 9 // no tagged fields; kept as they are
	}
	if len(message) < header {
		return nil, fmt.Errorf("response of %d bytes", len(message))
	}
	if err := r.ReadFrom(message[header:]); err != nil {
		return nil, fmt.Errorf("read response: %w", err)
	}
	switch r := r.(type) {
	case *kmsg.MetadataResponse:
		for i := range r.Brokers {
			r.Brokers[i].Host, r.Brokers[i].Port = x.host, x.port
		}
	case *kmsg.FindCoordinatorResponse:
		r.Host, r.Port = x.host, x.port
		for i := range r.Coordinators {
			r.Coordinators[i].Host, r.Coordinators[i].Port = x.host, x.port
		}
	}
	renamed := r.AppendTo(append([]byte(nil), message[:header]...))
	binary.BigEndian.PutUint32(renamed, uint32(len(renamed)-4))
	return renamed, nil
}
