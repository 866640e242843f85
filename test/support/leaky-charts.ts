/** Templates of charts that handle the Secret Packyard made for them as badly as a chart can. */

/** Can be looked at, and fails only once its Secret is there, with the secret in its words. */
export const BOOM = {
	'boom.yaml': `{{- $secret := lookup "v1" "Secret" .Release.Namespace (printf "%s-env-r1" .Release.Name) }}
{{- if $secret }}{{ fail (printf "not with %s" (index $secret.data "ODD_TOKEN" | b64dec)) }}{{ end }}
`,
};

/** Reads the Secret that Packyard made and writes it into a ConfigMap and, through that, into Helm's record. */
export const LEAKY = {
	'leak.yaml': `{{- range $number := list 1 2 }}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace (printf "%s-env-r%d" $.Release.Name $number) }}
{{- if $secret }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $.Release.Name }}-leak-{{ $number }}}
data:
  token: {{ printf "%s, salted with %s" (index $secret.data "ODD_TOKEN" | b64dec) (randNumeric 9) | quote }}
{{- end }}
{{- end }}
`,
};
