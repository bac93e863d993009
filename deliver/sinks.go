package deliver

import "fmt"

// newSink makes what a valid config describes.
func newSink(c SinkConfig) (Sink, error) {
	if c.Type == "mail" {
		return newMail(c)
	}
	p, err := newPoster(c)
	if err != nil {
		return nil, err
	}
	switch c.Type {
	case "alertmanager":
		return &alertmanager{post: p.post}, nil
	case "webhook":
		return &webhook{post: p.post, secretFile: c.SecretFile}, nil
	case "slack":
		return &slack{post: p.post}, nil
	}
	return nil, fmt.Errorf("there is no sink of type %q", c.Type)
}
