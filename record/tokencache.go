package record

import "hash/maphash"

// tokenCache remembers the tokens of the last few thousand persons: a technician signs for hundreds of results, and a
// patient's panel has ten to thirty. A token is a pure function of facility and id, so remembering it changes nothing.
//
// The clear identifier is not kept: the key is 128 bits of two hashes with random seeds of this process, so that two of
// 10^9 persons share a key with a probability of 10^-21, as their tokens do.
type tokenCache struct {
	seeds  [2]maphash.Seed
	tokens map[tokenKey]string
}

type tokenKey [2]uint64

// maxTokens are remembered; with one more all are forgotten, which costs less than to know the oldest. About 100 bytes
// each.
const maxTokens = 8192

func newTokenCache() tokenCache {
	return tokenCache{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, map[tokenKey]string{}}
}

// key is that of one person. The seeds differ, so the halves do not depend on one another.
func (c *tokenCache) key(facility, id string) (k tokenKey) {
	for i, seed := range c.seeds {
		f := maphash.String(seed, facility)
		k[i] = f*0x9e3779b97f4a7c15 ^ maphash.String(seed, id) // the odd factor keeps facility and id from trading places
	}
	return k
}

func (c *tokenCache) put(k tokenKey, token string) {
	if len(c.tokens) >= maxTokens {
		clear(c.tokens)
	}
	c.tokens[k] = token
}
