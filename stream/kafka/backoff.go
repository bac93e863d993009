package kafka

import "time"

// backoff is the pause before a request is sent again. The client's own grows to five seconds, which readers would wait
// for results after the broker is back; one request in half a second burdens nobody.
func backoff(tries int) time.Duration {
	const first, longest = 50 * time.Millisecond, 500 * time.Millisecond
	return min(first<<min(max(tries-1, 0), 10), longest)
}

// retries keeps the client's patience, some thirty seconds a request, with the shorter pauses.
const retries = 60
