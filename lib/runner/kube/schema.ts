import { z } from 'zod';

/** What we read of any Kubernetes object; everything else stays in place untyped and is narrowed where it is used. */
export const KubeObject = z.looseObject({
	apiVersion: z.string().default(''),
	kind: z.string().default(''),
	metadata: z
		.looseObject({
			name: z.string().default(''),
			namespace: z.string().optional(),
			uid: z.string().optional(),
			resourceVersion: z.string().optional(),
			creationTimestamp: z.string().nullish(),
			deletionTimestamp: z.string().nullish(),
			labels: z.record(z.string(), z.string()).nullish(),
			annotations: z.record(z.string(), z.string()).nullish(),
			ownerReferences: z.array(z.looseObject({ uid: z.string(), kind: z.string(), name: z.string() })).nullish(),
		})
		.default({ name: '' }),
});
export type KubeObject = z.infer<typeof KubeObject>;

export const KubeList = z.looseObject({
	apiVersion: z.string().default(''),
	kind: z.string().default(''),
	metadata: z.looseObject({ continue: z.string().optional() }).default({}),
	items: z
		.array(z.unknown())
		.nullish()
		.transform((items) => items ?? []),
});

/** The body of a refusal (`kind: Status`). */
export const KubeStatus = z.looseObject({
	message: z.string().default(''),
	reason: z.string().default(''),
	code: z.number().optional(),
});

/** Legacy discovery of one group version (`GET /apis/{group}/{version}`). */
export const ApiResourceList = z.looseObject({
	resources: z.array(
		z.looseObject({
			name: z.string(),
			kind: z.string(),
			namespaced: z.boolean(),
			verbs: z.array(z.string()).default([]),
		}),
	),
});

export const KubeVersion = z.looseObject({ gitVersion: z.string() });
