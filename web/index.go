package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
)

// index is the page for a person who opened the port in a browser.
type index struct {
	build     Build
	readiness *Readiness
	fleet     Fleet
}

const indexStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}` +
	`table{border-collapse:collapse}td,th{padding:.2rem 1rem .2rem 0;text-align:left;vertical-align:top}` +
	`td.n{text-align:right}`

// indexStyleHash is the source expression that lets this one style through the content security policy.
func indexStyleHash() string {
	sum := sha256.Sum256([]byte(indexStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// indexAlerts is how many open alerts the page shows; the API has all.
const indexAlerts = 50

const indexHTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>labwatch</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><style>{{.Style}}</style></head>
<body><h1>labwatch {{.Build.Version}}</h1>
<h2>{{if .Ready}}Ready{{else}}Not ready{{end}}</h2>
<table><tr><th>check</th><th>ready</th><th>reason</th></tr>
{{range .Checks}}<tr><td>{{.Name}}</td><td>{{if .Ready}}yes{{else}}no{{end}}</td><td>{{.Reason}}</td></tr>
{{end}}</table>
<h2>{{.Devices}} devices, {{.Total}} open alerts</h2>
{{if .Alerts}}<table><tr><th>severity</th><th>device</th><th>rule</th><th>series</th>` +
	`<th>opened (UTC)</th><th>count</th></tr>
{{range .Alerts}}<tr><td>{{.Severity}}</td><td>{{.Device}}</td><td>{{.Rule}}</td><td>{{.Series}}</td>` +
	`<td>{{.OpenedAt}}</td><td class="n">{{.Count}}</td></tr>
{{end}}</table>{{end}}
<h2>More</h2>
<ul><li><a href="/metrics">/metrics</a> for Prometheus</li><li><a href="/healthz">/healthz</a> whether it lives</li>
<li><a href="/readyz">/readyz</a> whether it works, and why not</li><li><a href="/version">/version</a> the build</li>
<li><a href="/api/devices">/api/devices</a> all devices</li>
<li><a href="/api/alerts">/api/alerts</a> all open alerts</li></ul>
</body></html>
`

func (x index) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	ready, checks := x.readiness.Ready()
	open := alertsJSON(x.fleet)
	var page bytes.Buffer
	err := template.Must(template.New("index").Parse(indexHTML)).Execute(&page, map[string]any{
		"Style": template.CSS(indexStyle), "Build": x.build, "Ready": ready, "Checks": checks,
		"Devices": len(sortedFleet(x.fleet)), "Total": len(open), "Alerts": open[:min(len(open), indexAlerts)],
	})
	if err != nil {
		http.Error(w, "make the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page.Bytes())
}
