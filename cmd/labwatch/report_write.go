package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// reportFiles are the files of a demo, by name.
var reportFiles = [...]struct {
	name  string
	write func(io.Writer, *reportInput) error
}{
	{"dashboard_data.csv", writeDashboardData},
	{"critical_alerts.csv", writeCriticalAlerts},
	{"monitoring_report.json", writeMonitoringReport},
	{"monitoring_dashboard.png", writeDashboard},
}

// makeReportDir makes dir if need be, and finds out whether files can be written there.
func makeReportDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make report directory: %w", err)
	}
	try, err := os.CreateTemp(dir, ".labwatch-*")
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return errors.Join(try.Close(), os.Remove(try.Name()))
}

// writeReports writes all files into dir, which is made if need be, and returns their paths.
func writeReports(dir string, in *reportInput) ([]string, error) {
	if err := makeReportDir(dir); err != nil {
		return nil, err
	}
	var paths []string
	for _, file := range reportFiles {
		var b bytes.Buffer
		if err := file.write(&b, in); err != nil {
			return paths, err
		}
		path := filepath.Join(dir, file.name)
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			return paths, fmt.Errorf("write report: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
