package main

import (
	"fmt"
	"net"
	"os"
)

// notify tells systemd how things stand, such as "READY=1". Without systemd there is nobody to tell. See sd_notify(3);
// an address that begins with @ is in the abstract namespace, which Go writes the same way.
func notify(state string) error {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return nil
	}
	conn, err := net.Dial("unixgram", address)
	if err != nil {
		return fmt.Errorf("tell systemd %s: %w", state, err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell systemd %s: %w", state, err)
	}
	return nil
}
