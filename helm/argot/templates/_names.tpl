{{/* The beginning of every name: the release's, with the chart's where it lacks that. */}}
{{- define "argot.fullname" -}}
{{- $name := .Release.Name }}
{{- if not (contains .Chart.Name $name) }}
{{- $name = printf "%s-%s" $name .Chart.Name }}
{{- end }}
{{- /* A label has 63 characters, the longest process 18. */}}
{{- $name | trunc 43 | trimSuffix "-" }}
{{- end }}

{{/* What finds the pods of a process; argument: dict "root" "name". */}}
{{- define "argot.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{/* All labels of a process's objects; argument: dict "root" "name". */}}
{{- define "argot.labels" -}}
{{ include "argot.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: argot
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "argot.modelClaim" -}}
{{- with .Values.modelCache }}
{{- if .existingClaim }}{{ .existingClaim }}
{{- else if .persistent }}{{ include "argot.fullname" $ }}-models
{{- end }}
{{- end }}
{{- end }}
