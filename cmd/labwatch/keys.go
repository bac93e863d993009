package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/spf13/cobra"

	"labwatch/record"
)

func newKeysCommand() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Make the keys that protect identifiers and the state folder"}
	onlyHolds(c)
	var id string
	add := &cobra.Command{
		Use:   "new FILE",
		Short: "Write a new key file, readable by its owner only",
		Long: `Writes two random keys, one for patients and one for technicians. Whoever holds them
can find a person behind a token; whoever loses them can never join new tokens with
old ones. An existing file is never overwritten.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := fmt.Sprintf("kid %s\npatient %s\ntechnician %s\n", id, newKey(), newKey())
			if k, err := record.ParseKeyring([]byte(text)); err != nil || k.ID() != id { // no start would take the file
				return usageError{fmt.Errorf("--id %q: 1 to 32 lower-case letters, digits, - and _ only", id)}
			}
			if err := writeNew(args[0], []byte(text)); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: keys %q written; keep a copy in a safe place\n", args[0], id)
			return nil
		},
	}
	add.Flags().StringVar(&id, "id", "k1", "key id, part of every token")
	c.AddCommand(add, newKeysStateCommand())
	return c
}

func newKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails; the program ends if the system has no randomness
	return base64.StdEncoding.EncodeToString(b)
}
