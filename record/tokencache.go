package record

import "hash/maphash"

// tokenCache remembers the tokens of the last few thousand persons: a technician signs for hundreds of results, and a
// patient's panel has ten to thirty. A token is a pure function of facility and id, so remembering it changes nothing.
// Every person has one place, where the next one who has the same place takes over: most patients come once, and each of
// them then costs one write and no search for the oldest.
//
// The clear identifier is not kept: the key is 128 bits of two hashes with random seeds of this process, so that two of
// 10^9 persons share a key with a probability of 10^-21, as their tokens do.
type tokenCache struct {
	seeds    [2]maphash.Seed
	facility []byte            // of the person before
	offsets  [2]uint64         // what it adds to a key
	places   []rememberedToken // made when the first token is
}

type rememberedToken struct {
	key   tokenKey
	token string // empty: nobody's
}

type tokenKey [2]uint64

// maxTokens are remembered at most, about 100 bytes each. A power of two.
const maxTokens = 4096

func newTokenCache() tokenCache {
	c := tokenCache{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	c.enter("")
	return c
}

// key is that of one person. The seeds differ, so the halves do not depend on one another.
func (c *tokenCache) key(facility, id string) (k tokenKey) {
	if string(c.facility) != facility {
		c.enter(facility)
	}
	for i, seed := range c.seeds {
		k[i] = c.offsets[i] ^ maphash.String(seed, id)
	}
	return k
}

// enter goes on with the persons of another facility. Its name is copied: it lies in the room of its message.
func (c *tokenCache) enter(facility string) {
	c.facility = append(c.facility[:0], facility...)
	for i, seed := range c.seeds {
		c.offsets[i] = maphash.String(seed, facility) * 0x9e3779b97f4a7c15 // odd: keeps facility and id from trading places
	}
}

// place is where the token of a key is, or nothing, or that of another.
func (c *tokenCache) place(k tokenKey) *rememberedToken {
	if c.places == nil {
		c.places = make([]rememberedToken, maxTokens)
	}
	return &c.places[k[0]%maxTokens]
}
