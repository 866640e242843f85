import { parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import { AppError, isRecord, textAt } from '@/lib/core';
import { KubeObject } from '../kube/schema';

/** One rendered object. `hooks` lists its `helm.sh/hook` events; empty for an ordinary resource. */
export type RenderedObject = KubeObject & { hooks: string[] };

/**
 * Read a rendered manifest the way Helm and the API server do (go-yaml: YAML 1.1 without `y`/`n`, base 60 and dates),
 * so that `0440` is an octal number and `yes` is true. Lists (`kind: List`) are flattened. Throws `upstream_invalid`.
 */
export function parseManifest(text: string): RenderedObject[] {
	const objects: RenderedObject[] = [];
	for (const document of parseAllDocuments(text, {
		version: '1.1',
		customTags: likeGo,
		uniqueKeys: false,
		logLevel: 'error',
	})) {
		if (document.errors[0]) {
			throw new AppError('upstream_invalid', `The rendered chart is not YAML: ${document.errors[0].message}`);
		}
		collect(document.toJS({ maxAliasCount: 1000 }), objects);
	}
	return objects;
}

/** `Deployment web`, as people write it. */
export function nameOf(object: Pick<KubeObject, 'kind' | 'metadata'>): string {
	return `${object.kind} ${object.metadata.name}`;
}

/** The same object in two manifests, whatever version of its group it was written in. */
export function identityOf(object: KubeObject, namespace: string): string {
	const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
	return `${group}/${object.kind}/${object.metadata.namespace ?? namespace}/${object.metadata.name}`;
}

/** The pod spec holder (`{ metadata, spec }`) of a workload kind; undefined for everything else. */
export function podTemplateOf(object: KubeObject): Record<string, unknown> | undefined {
	const spec = isRecord(object.spec) ? object.spec : {};
	const template =
		object.kind === 'Pod'
			? object
			: object.kind === 'CronJob'
				? isRecord(spec.jobTemplate) && isRecord(spec.jobTemplate.spec)
					? spec.jobTemplate.spec.template
					: undefined
				: spec.template;
	return isRecord(template) && isRecord(template.spec) && Array.isArray(template.spec.containers)
		? template
		: undefined;
}

function collect(value: unknown, into: RenderedObject[]): void {
	if (!isRecord(value)) return;
	if (value.kind === 'List' && Array.isArray(value.items)) {
		for (const item of value.items) collect(item, into);
		return;
	}
	const parsed = KubeObject.safeParse(value);
	if (!parsed.success) {
		const where = `${textAt(value, 'kind') ?? 'object'} ${textAt(value, 'metadata', 'name') ?? ''}`.trim();
		throw new AppError('upstream_invalid', `The rendered ${where} has metadata that Kubernetes cannot read.`);
	}
	const hook = parsed.data.metadata.annotations?.['helm.sh/hook'] ?? '';
	const hooks = hook.split(',').map((event) => event.trim());
	into.push({ ...parsed.data, hooks: hooks.filter(Boolean) });
}

/** Only the resolvers go-yaml v2 (sigs.k8s.io/yaml) has. */
function likeGo(tags: Tags): Tags {
	const dropped = ['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary', 'tag:yaml.org,2002:bool'];
	const kept = tags.filter((tag) => {
		if (typeof tag === 'string') return true;
		return !dropped.includes(tag.tag) && !('format' in tag && tag.format === 'TIME');
	});
	return [...kept, bool];
}

const bool: ScalarTag = {
	tag: 'tag:yaml.org,2002:bool',
	default: true,
	identify: (value) => typeof value === 'boolean',
	test: /^(?:true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
	resolve: (text) => /^(?:t|y|on)/i.test(text),
};
