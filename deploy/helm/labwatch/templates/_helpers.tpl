{{- define "labwatch.labels" -}}
{{ include "labwatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "labwatch.selector" -}}
app.kubernetes.io/name: labwatch
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The release's name, which is the group's: two releases on one Kafka must not share a group. */}}
{{- define "labwatch.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* GOMEMLIMIT: 90 % of the limit of memory, so that the collector works harder before the kernel kills. */}}
{{- define "labwatch.memory" -}}
{{- $limit := .Values.resources.limits.memory -}}
{{- $mib := hasSuffix "Gi" $limit | ternary (mul (trimSuffix "Gi" $limit | int) 1024) (trimSuffix "Mi" $limit | int) -}}
{{ div (mul $mib 9) 10 }}MiB
{{- end }}

{{/* The site's config with what the chart decides. */}}
{{- define "labwatch.config" -}}
{{- $ours := dict
  "standardize" (dict "key_file" (printf "/etc/labwatch/keys/%s" .Values.keys.key))
  "kafka" (dict "group" (include "labwatch.name" .))
  "state" (dict "dir" "/var/lib/labwatch/state")
  "http" (dict "listen" "0.0.0.0:8420") }}
{{- if .Values.tokens.secret }}
{{- $_ := set $ours.http "token_file" (printf "/etc/labwatch/tokens/%s" .Values.tokens.key) }}
{{- else }}
{{- $_ := set $ours.http "allow_anonymous" true }}
{{- end }}
{{- toYaml (mergeOverwrite $ours (deepCopy .Values.config)) }}
{{- end }}
