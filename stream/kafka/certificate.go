package kafka

import (
	"crypto/x509"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// leaf is our own certificate, nil if there is none or it cannot be read.
func (t TLS) leaf() *x509.Certificate {
	config, err := t.Client()
	if err != nil || len(config.Certificates) == 0 {
		return nil
	}
	return config.Certificates[0].Leaf
}

// expired says whether our own certificate is valid at another time than now.
func (t TLS) expired(now time.Time) bool {
	leaf := t.leaf()
	return leaf != nil && (now.Before(leaf.NotBefore) || now.After(leaf.NotAfter))
}

// Metrics tells when our own certificate ends, as the file is at that moment; 0 while it cannot be read. The set is
// empty without mutual TLS.
func (t TLS) Metrics() *metrics.Set {
	set := metrics.NewSet()
	if t.Enabled && t.CertFile != "" {
		set.NewGauge("labwatch_kafka_certificate_not_after_timestamp_seconds", func() float64 {
			if leaf := t.leaf(); leaf != nil {
				return float64(leaf.NotAfter.Unix())
			}
			return 0
		})
	}
	return set
}

// Help is one line for each family of Metrics.
func (TLS) Help() map[string]string {
	return map[string]string{
		"labwatch_kafka_certificate_not_after_timestamp_seconds": "End of our certificate for Kafka (kafka.tls.cert_file), seconds since 1970 UTC; 0 while it cannot be read.",
	}
}
