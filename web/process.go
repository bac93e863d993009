package web

import (
	"bytes"
	"fmt"
	"io"
	"runtime"

	"github.com/VictoriaMetrics/metrics"
)

// Process writes the build, and what the Go runtime and the system say of the process. The library writes more than
// this; what is not in Help is left out, such as histograms that Prometheus cannot read.
type Process struct {
	Build Build
	// MemoryLimit is the one that the operator has set, in bytes: labwatch may move the runtime's below it.
	MemoryLimit int64
}

var _ Exposer = Process{}

// WritePrometheus implements Exposer.
func (p Process) WritePrometheus(w io.Writer) {
	var all bytes.Buffer
	metrics.WriteGoMetrics(&all)
	metrics.WriteProcMetrics(&all)
	metrics.WriteFDMetrics(&all)
	help := p.Help()
	for line := range bytes.Lines(all.Bytes()) {
		if name := string(sampleName(line)); help[name] != "" && name != memoryLimit {
			_, _ = w.Write(line)
		}
	}
	fmt.Fprintf(w, "%s %d\n", memoryLimit, p.MemoryLimit)
	fmt.Fprintf(w, "labwatch_build_info{version=\"%s\",revision=\"%s\",goversion=\"%s\"} 1\n",
		Label(p.Build.Version), Label(p.Build.Revision), Label(runtime.Version()))
}

const memoryLimit = "go_memlimit_bytes"

// Help is one line for each family.
func (Process) Help() map[string]string {
	return map[string]string{
		"labwatch_build_info":                "Always 1; the labels name the build.",
		"go_gc_cpu_seconds_total":            "CPU time spent on garbage collection.",
		"go_gomaxprocs":                      "Threads that may run Go code at the same time.",
		"go_goroutines":                      "Goroutines that exist.",
		"go_info":                            "Always 1; the label names the version of Go.",
		memoryLimit:                          "Memory limit that the operator has set, GOMEMLIMIT.",
		"go_memstats_alloc_bytes_total":      "Bytes allocated on the heap since the start.",
		"go_memstats_heap_alloc_bytes":       "Bytes of heap objects, dead ones not yet swept included.",
		"go_memstats_heap_inuse_bytes":       "Bytes of heap spans in use.",
		"go_memstats_heap_objects":           "Heap objects, dead ones not yet swept included.",
		"go_memstats_mallocs_total":          "Heap objects allocated since the start.",
		"go_memstats_stack_inuse_bytes":      "Bytes of stacks in use.",
		"go_memstats_sys_bytes":              "Bytes that the runtime obtained from the system.",
		"go_mutex_wait_seconds_total":        "Time that goroutines spent waiting for mutexes.",
		"go_threads":                         "Threads that the runtime made.",
		"process_cpu_seconds_total":          "CPU time of the process, user and system.",
		"process_max_fds":                    "File descriptors that the process may open.",
		"process_open_fds":                   "File descriptors that are open.",
		"process_resident_memory_bytes":      "Resident memory of the process.",
		"process_start_time_seconds":         "Start of the process, seconds since 1970 UTC.",
		"process_virtual_memory_bytes":       "Virtual memory of the process.",
		"process_io_read_bytes_total":        "Bytes that the process read, from caches too.",
		"process_io_written_bytes_total":     "Bytes that the process wrote, to caches too.",
		"process_major_pagefaults_total":     "Page faults that needed the disk.",
		"process_resident_memory_peak_bytes": "Greatest resident memory so far.",
	}
}
