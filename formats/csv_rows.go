package formats

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Rows cuts a CSV file into messages for CSV, one for each row: the header of the file and the row, each with the
// number of the row, from 1, in front, in a column called "#". A file that has such a column keeps its own.
type Rows struct {
	r        *bufio.Reader
	header   []byte // without line end; nil until it is read
	numbered bool   // the file has its own column #
	n        int
}

// NewRows reads the rows of r, whose first is the header.
func NewRows(r io.Reader) *Rows { return &Rows{r: bufio.NewReaderSize(r, 1<<20)} }

// Next returns the message for the next row that is not blank, or io.EOF. The bytes are the caller's. Rows that CSV
// will refuse are returned like others: a quote that is never closed spoils its own line only, and of a line longer
// than CSV takes a part is returned that is still too long.
func (r *Rows) Next() ([]byte, error) {
	if r.header == nil {
		if err := r.readHeader(); err != nil {
			return nil, err
		}
	}
	row, err := r.row()
	if err != nil {
		return nil, err
	}
	r.n++
	message := make([]byte, 0, len(r.header)+len(row)+16)
	if r.numbered {
		return append(append(append(message, r.header...), '\n'), row...), nil
	}
	message = append(append(append(message, rowNumber+","...), r.header...), '\n')
	message = append(strconv.AppendInt(message, int64(r.n), 10), ',')
	return append(message, row...), nil
}

func (r *Rows) readHeader() error {
	row, err := r.row()
	if err != nil {
		return err
	}
	row = bytes.TrimPrefix(row, []byte("\ufeff")) // editors on Windows begin files with a BOM
	names, _, err := splitRow(nil, string(row))
	if err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	r.header = bytes.TrimRight(bytes.Clone(row), "\r\n")
	r.numbered = slices.Contains(names, rowNumber)
	return nil
}

// row gives the next row that is not blank, with its line end if it has one. It is good until the next call.
func (r *Rows) row() ([]byte, error) {
	for {
		ahead, err := r.r.Peek(maxRow + 2)
		if len(ahead) == 0 {
			return nil, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		n, closed := rowEnd(ahead)
		if whole := ahead[n-1] == '\n' || err != nil; !closed || !whole {
			if line := bytes.IndexByte(ahead, '\n'); line >= 0 {
				n = line + 1
			} else if err == nil {
				return r.tooLong(ahead)
			}
		}
		row := ahead[:n]
		if _, err := r.r.Discard(n); err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(row)) > 0 {
			return row, nil
		}
	}
}

// tooLong returns the beginning of a line and drops the rest of it.
func (r *Rows) tooLong(ahead []byte) ([]byte, error) {
	row := bytes.Clone(ahead)
	for {
		_, err := r.r.ReadSlice('\n')
		if err == nil || errors.Is(err, io.EOF) {
			return row, nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}
