package web

import (
	"context"
	"net"
	"net/http"
	"strings"

	"golang.org/x/time/rate"
)

type callerKey struct{}

// Caller is who asks: the name of a token or of a client certificate; empty when nobody was asked.
func Caller(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// Protect lets through who may ask, as often as the public address allows. Health is open to all: a probe has no secrets,
// and gets none.
func (a *Access) Protect(next http.Handler) http.Handler {
	asked := a.identify(a.limit(a.rate, next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isHealth(r) {
			next.ServeHTTP(w, r)
			return
		}
		asked.ServeHTTP(w, r)
	})
}

func isHealth(r *http.Request) bool { return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" }

// identify lets through whose name is known, and all where no names are asked for. A stranger's connection is closed
// behind the answer: it would else stay open for minutes.
func (a *Access) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := a.credentials().caller(r)
		if !ok {
			a.refused.credentials.Inc()
			a.tell.Do(func() {
				host, _, _ := net.SplitHostPort(r.RemoteAddr)
				a.log.Warn().Str("from", host).Msg("a request without valid credentials was refused; further ones of this minute are only counted")
			})
			w.Header().Add("WWW-Authenticate", `Bearer realm="labwatch"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="labwatch: any name, the token as password"`)
			w.Header().Set("Connection", "close")
			http.Error(w, "who are you? A bearer token or a client certificate is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, name)))
	})
}

// limit stands behind all other refusals, which cost as little as its own: who is refused uses up nothing of the rate.
func (a *Access) limit(to *rate.Limiter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !to.Allow() {
			a.refused.rate.Inc()
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// caller finds out who asks, where that is asked for: by a client certificate that the handshake has verified, or by a
// token, which a browser sends as the password of basic authentication.
func (c *credentials) caller(r *http.Request) (name string, ok bool) {
	if !c.cfg.authenticates() {
		return "", true
	}
	if c.cfg.TLS.ClientCAFile != "" && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		return r.TLS.VerifiedChains[0][0].Subject.CommonName, true
	}
	text, bearer := cutFold(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		_, text, ok = r.BasicAuth()
		if !ok {
			return "", false
		}
	}
	return owner(c.tokens, strings.TrimSpace(text))
}

// cutFold cuts a scheme, whose letters may be small or large (RFC 9110, 11.1).
func cutFold(text, scheme string) (string, bool) {
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
		return "", false
	}
	return text[len(scheme):], true
}
