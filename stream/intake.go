package stream

import (
	"labwatch/formats"
	"labwatch/record"
)

// Input is one raw topic: what its messages are and how they are written.
type Input struct {
	Topic  string
	Format formats.Format
}

// Intake turns raw messages into standardized readings. It keeps nothing from one message to the next but scratch
// space, so the result depends on the message alone.
type Intake struct {
	inputs map[string]formats.Format
	std    *record.Standardizer
	raws   []record.Raw
	rec    record.Record
}

// NewIntake serves one goroutine; formats and standardizer are its own.
func NewIntake(inputs []Input, std *record.Standardizer) *Intake {
	in := &Intake{inputs: make(map[string]formats.Format, len(inputs)), std: std}
	for _, i := range inputs {
		in.inputs[i.Topic] = i.Format
	}
	return in
}

// read hands over each reading of m, or why it is set aside. A record is valid until the next one.
func (in *Intake) read(m Message, each func(*record.Record), reject func(*record.Reject)) {
	format := in.inputs[m.Topic]
	if format == nil {
		reject(&record.Reject{Code: "unknown_topic", Stage: "decode"})
		return
	}
	raws, err := format.Decode(in.raws[:0], m.Value)
	in.raws = raws
	if err != nil {
		reject(&record.Reject{Code: formats.Code(err), Stage: "decode"})
		return
	}
	if len(raws) == 0 {
		reject(&record.Reject{Code: "empty", Stage: "decode"})
		return
	}
	for i := range raws {
		origin := record.Origin{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Index: int32(i)}
		if r := in.std.Standardize(&in.rec, &raws[i], origin, m.At); r != nil {
			reject(r)
			continue
		}
		if m.At == 0 {
			in.rec.Arrived = in.rec.Time // a file knows no arrival; the reading's own time takes its place
		}
		each(&in.rec)
	}
}
