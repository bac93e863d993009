package detectors

import (
	"compress/gzip"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestTabularAUC prints the AUC of the forest for each csv.gz of a folder of labelled sets, features and a
// column `label`, to be laid beside the output of testdata/sklearn_auc.py for the same folder. The sets are
// other people's and are not in this repository.
func TestTabularAUC(t *testing.T) {
	dir := os.Getenv("LABWATCH_TABULAR")
	if dir == "" {
		t.Skip("SKIPPED: no comparison with scikit-learn on foreign data: set LABWATCH_TABULAR to a folder of csv.gz files with a column `label`")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.csv.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("LABWATCH_TABULAR=%s holds no csv.gz files (%v)", dir, err)
	}
	const seeds = 5
	sum, online, long := 0.0, 0.0, 0
	for _, file := range files {
		rows, labels := readTabular(t, file)
		mean, sd := forestAUC(t, rows, labels, seeds)
		preq := prequentialAUC(t, rows, labels, seeds)
		sum += mean
		if preq > 0 {
			online += preq
			long++
		}
		t.Logf("file=%s rows=%d channels=%d auc=%.4f sd=%.4f prequential=%.4f", filepath.Base(file), len(rows),
			len(rows[0]), mean, sd, preq)
	}
	t.Logf("mean=%.4f prequential=%.4f of %d sets", sum/float64(len(files)), online/float64(max(long, 1)), long)
}

// prequentialAUC scores each row of a shuffled set and then learns it, from the first row that the online
// forest is ready for; the mean over seeds. It is 0 for a set too short to warm up on.
func prequentialAUC(t *testing.T, rows [][]float64, labels []int, seeds int) float64 {
	t.Helper()
	sum := 0.0
	for seed := range uint64(seeds) {
		d := forestWith(t, nil)
		var scores []float64
		var truth []int
		for _, i := range rand.New(rand.NewPCG(seed, 11)).Perm(len(rows)) {
			s := Sample{Values: rows[i]}
			if score, ready := d.Score(s); ready {
				scores, truth = append(scores, score), append(truth, labels[i])
			}
			d.Learn(s)
		}
		if len(scores) == 0 {
			return 0
		}
		sum += auc(scores, truth)
	}
	return sum / float64(seeds)
}

func readTabular(t *testing.T, file string) (rows [][]float64, labels []int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	records, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	for _, rec := range records[1:] {
		row, label := make([]float64, 0, len(rec)), 0
		for j, field := range rec {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				t.Fatalf("read %s: %v", file, err)
			}
			if records[0][j] == "label" {
				label = int(v)
				continue
			}
			row = append(row, v)
		}
		rows, labels = append(rows, row), append(labels, label)
	}
	return rows, labels
}
