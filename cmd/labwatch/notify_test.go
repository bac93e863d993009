package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestNotify(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notify("READY=1"); err != nil {
		t.Errorf("without systemd: %v", err)
	}
	dir, err := os.MkdirTemp("", "lw") // a socket's path may have 108 bytes, and t.TempDir is longer on some systems
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, address := range []string{filepath.Join(dir, "s"), "@labwatch-" + filepath.Base(dir)} {
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("NOTIFY_SOCKET", address)
		if err := notify("STOPPING=1"); err != nil {
			t.Error(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		b := make([]byte, 64)
		n, err := conn.Read(b)
		if err != nil || string(b[:n]) != "STOPPING=1" {
			t.Errorf("%s: got %q, %v", address, b[:n], err)
		}
		conn.Close()
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(dir, "nobody"))
	if err := notify("READY=1"); err == nil {
		t.Error("a socket that is not there was told")
	}
}
