{{/*
What each process is, which no value changes: its image, and what it needs besides the broker.
`work` is a private folder, `models` the cache of base models.
*/}}
{{- define "argot.processes" -}}
catalog: {image: light, database: true}
quota: {image: light, database: true}
validator: {image: light, database: true}
ingest: {image: light, database: true, storage: true}
ingest-worker: {image: light, database: true, storage: true, work: true}
trainer: {image: light, database: true, storage: true}
trainer-worker: {image: ml, database: true, storage: true, work: true, models: true}
transcriber: {image: light, database: true, storage: true}
transcriber-worker: {image: ml, database: true, storage: true, work: true, models: true}
gateway: {image: light, http: true}
{{- end }}

{{/* The plain settings of a process; argument: dict "root" "facts" "own". */}}
{{- define "argot.settings" -}}
{{- $settings := mergeOverwrite (dict) .root.Values.settings (.own.settings | default dict) }}
{{- range $name, $value := $settings }}
{{ $name }}: {{ $value | quote }}
{{- end }}
ARGOT_HEALTH_HOST: 0.0.0.0
ARGOT_HEALTH_PORT: "8081"
{{- if .facts.http }}
ARGOT_HOST: 0.0.0.0
ARGOT_PORT: "8080"
ARGOT_STORAGE_ENDPOINT: {{ .root.Values.storage.endpoint | quote }}
ARGOT_STORAGE_PUBLIC_ENDPOINT: {{ .root.Values.storage.publicEndpoint | default .root.Values.storage.endpoint | quote }}
ARGOT_PANEL_DIR: /opt/argot/panel
{{- with .root.Values.panel }}
{{- if .oidcAuthority }}
ARGOT_OIDC_AUTHORITY: {{ .oidcAuthority | quote }}
ARGOT_OIDC_CLIENT_ID: {{ .oidcClientId | quote }}
ARGOT_OIDC_SCOPE: {{ .oidcScope | quote }}
{{- with .oidcAudience }}
ARGOT_OIDC_AUDIENCE: {{ . | quote }}
{{- end }}
{{- end }}
{{- with .upgradeUrl }}
ARGOT_UPGRADE_URL: {{ . | quote }}
{{- end }}
{{- end }}
{{- with .root.Values.authentication }}
{{- if .jwksUrl }}
ARGOT_JWKS_URL: {{ .jwksUrl | quote }}
{{- end }}
{{- with .issuer }}
ARGOT_JWT_ISSUER: {{ . | quote }}
{{- end }}
{{- with .audience }}
ARGOT_JWT_AUDIENCE: {{ . | quote }}
{{- end }}
{{- with .claims }}
ARGOT_JWT_CLAIMS: {{ toJson . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- if .facts.storage }}
{{- with .root.Values.storage }}
ARGOT_STORAGE_ENDPOINT: {{ .endpoint | quote }}
{{- with .publicEndpoint }}
ARGOT_STORAGE_PUBLIC_ENDPOINT: {{ . | quote }}
{{- end }}
ARGOT_STORAGE_BUCKET: {{ .bucket | quote }}
ARGOT_STORAGE_REGION: {{ .region | quote }}
{{- end }}
{{- end }}
{{- if .facts.work }}
ARGOT_WORK_DIR: /var/lib/argot
{{- end }}
{{- if .facts.models }}
ARGOT_CACHE_DIR: /var/cache/argot
{{- end }}
{{- end }}

{{/* The secret settings of a process; argument: dict "root" "facts" "name". */}}
{{- define "argot.secrets" -}}
{{- $secrets := .root.Values.secrets }}
{{- $service := trimSuffix "-worker" .name }}
{{ include "argot.secret" (list "ARGOT_AMQP_URL" $secrets.broker.name $secrets.broker.key) }}
{{- if .facts.database }}
{{- $database := index $secrets.database $service }}
{{ include "argot.secret" (list "ARGOT_DATABASE_URL" $database.name $database.key) }}
{{- end }}
{{- if .facts.storage }}
{{- with $secrets.storage }}
{{ include "argot.secret" (list "ARGOT_STORAGE_ACCESS_KEY" .name .accessKey) }}
{{ include "argot.secret" (list "ARGOT_STORAGE_SECRET_KEY" .name .secretKey) }}
{{- end }}
{{- end }}
{{- if and .facts.http (not .root.Values.authentication.jwksUrl) }}
{{ include "argot.secret" (list "ARGOT_JWT_SECRET" $secrets.jwt.name $secrets.jwt.key) }}
{{- end }}
{{- end }}

{{- define "argot.secret" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 }}
      key: {{ index . 2 }}
{{- end }}
