// Package state keeps bytes under keys, by partition, with one position a partition. It is the only room that knows
// Badger, and it knows nothing else: what a blob holds and what a position means is the caller's.
//
// The content is a cache. Whoever writes here can rebuild it from Kafka, so the rule for every doubt is: count the
// partition as absent and say so. Three doubts are met in practice and all are found by the same means.
//
//   - A crash between two writes. Entries go first and the position last, so what is left is the old position with
//     some newer entries. That is harmless as each entry carries what it covers.
//   - A power cut. Nothing is synced (a sync a commit would cost more than the rebuild it saves), so the system may
//     keep a later page and lose an earlier one.
//   - Damage. Badger ends the replay of a write-ahead log at the first bad entry, and opens without a table whose
//     checksum is wrong; both leave a hole behind a position that claims to cover it.
//
// Therefore the position is stored with the number and the sum of the checksums of the entries that belong to it,
// and an entry with the checksum of the one that it replaced. Load adds up what is there, takes interrupted writes
// back in the sum, and compares: a position is never handed out ahead of its entries.
//
// Large blobs live in Badger's value log, whose files must be collected: Write does that now and then, see collect.go and
// rotate.go.
package state
