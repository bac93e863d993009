package web

import (
	"runtime"
	"runtime/debug"
)

// Build names the program.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // commit, with "-dirty" if files had changed; empty when unknown
	Go       string `json:"go"`
	Platform string `json:"platform"` // system/architecture
}

// ReadBuild completes a version with what the linker noted.
func ReadBuild(version string) Build {
	b := Build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	dirty := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			dirty = s.Value == "true"
		}
	}
	if dirty && b.Revision != "" {
		b.Revision += "-dirty"
	}
	return b
}
