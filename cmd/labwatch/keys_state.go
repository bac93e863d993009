package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/spf13/cobra"
)

func newKeysStateCommand() *cobra.Command {
	var rotate bool
	c := &cobra.Command{
		Use:   "state FILE",
		Short: "Write a key that encrypts the state folder, readable by its owner only",
		Long: `Writes a random AES-256 key for state.encryption_key_file. An existing file is never
overwritten; --rotate puts a new key before those that it holds. The next start of
labwatch takes the new one and says so; the former one may then be removed. A lost key
costs no reading: the state folder is deleted and rebuilt from Kafka.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := args[0]
			if !rotate {
				if err := writeNew(path, []byte(newKey()+"\n")); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: key written\n", path)
				return nil
			}
			former, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("read key file: %w", err)
			}
			// A file of its own takes the place of the old one: half a key file is none.
			half := path + ".new"
			if err := writeNew(half, append([]byte(newKey()+"\n"), former...)); err != nil {
				return err
			}
			err = asBefore(half, path)
			if err == nil {
				err = os.Rename(half, path)
			}
			if err != nil {
				return errors.Join(fmt.Errorf("replace key file: %w", err), os.Remove(half))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: new key written before the former ones; restart labwatch, then remove those\n", path)
			return nil
		},
	}
	c.Flags().BoolVar(&rotate, "rotate", false, "put a new key before those of an existing file")
	return c
}

// asBefore gives a file the owner and the permissions of the one whose place it takes: labwatch need not be who rotates.
func asBefore(path, former string) error {
	info, err := os.Stat(former)
	if err != nil {
		return err
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(path, int(is.Uid), int(is.Gid)); err != nil {
			return err
		}
	}
	return os.Chmod(path, info.Mode().Perm())
}

// writeNew writes a file that was not there and that only its owner may read.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}
