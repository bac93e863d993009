package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// exchange carries the messages of one connection. Brokers tell clients their own addresses, which would lead around the
// proxies: exchange puts those of the proxies into the responses that name brokers. Of these, the answers to a fetch and to a
// produce name the new leader of a partition (KIP-951).
type exchange struct {
	instead func(host string, port int32) (string, int32)
	pass    func() // waits before each message

	mu     sync.Mutex
	naming map[int32]kmsg.Response // by correlation id: responses to come that name brokers
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
		case kmsg.Metadata, kmsg.FindCoordinator, kmsg.Fetch, kmsg.Produce:
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
				if message, err = x.renamed(message, r); err == nil {
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

func (x *exchange) rename(host *string, port *int32) { *host, *port = x.instead(*host, *port) }

// renamed reads a whole message and writes it anew with the proxies' addresses.
func (x *exchange) renamed(message []byte, r kmsg.Response) ([]byte, error) {
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
			x.rename(&r.Brokers[i].Host, &r.Brokers[i].Port)
		}
	case *kmsg.FindCoordinatorResponse:
		x.rename(&r.Host, &r.Port)
		for i := range r.Coordinators {
			x.rename(&r.Coordinators[i].Host, &r.Coordinators[i].Port)
		}
	case *kmsg.FetchResponse:
		for i := range r.Brokers {
			x.rename(&r.Brokers[i].Host, &r.Brokers[i].Port)
		}
	case *kmsg.ProduceResponse:
		for i := range r.Brokers {
			x.rename(&r.Brokers[i].Host, &r.Brokers[i].Port)
		}
	}
	anew := r.AppendTo(append([]byte(nil), message[:header]...))
	binary.BigEndian.PutUint32(anew, uint32(len(anew)-4))
	return anew, nil
}
