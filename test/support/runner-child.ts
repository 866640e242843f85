import { text } from 'node:stream/consumers';
import { ApplyRequest } from '@/lib/contracts/runner';
import { isRecord, textAt } from '@/lib/core';
import { connectFromKubeconfig, createRunner } from '@/lib/runner';

/** A runner process of its own, so that a test can kill it: `{ helmBin, kubeconfig, stateDir, request }` on stdin. */
const input: unknown = JSON.parse(await text(process.stdin));
const runner = createRunner({
	helmBin: textAt(input, 'helmBin') ?? null,
	kube: await connectFromKubeconfig({ text: textAt(input, 'kubeconfig') ?? '' }),
	stateDir: textAt(input, 'stateDir') ?? '',
});
const request = ApplyRequest.parse(isRecord(input) ? input.request : null);
for await (const event of runner.apply(request)) process.stdout.write(`${JSON.stringify(event)}\n`);
