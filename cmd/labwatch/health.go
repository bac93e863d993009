package main

import (
	"sync"

	"labwatch/web"
)

// health tells /readyz what is missing.
type health struct {
	mu    sync.Mutex
	lacks map[string]string
}

func newHealth(r *web.Readiness) *health {
	h := &health{lacks: map[string]string{"kafka": "not connected yet", "stages": "not started yet"}}
	for _, part := range []string{"kafka", "stages"} {
		r.Check(part, func() (bool, string) { return h.ask(part) })
	}
	return h
}

// say notes why a part is not ready; an empty reason means that it is.
func (h *health) say(part, reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lacks[part] = reason
}

func (h *health) ask(part string) (ok bool, reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lacks[part] == "", h.lacks[part]
}
