import type { Blocker } from '@/lib/contracts/runner';

type Facts = Pick<Blocker, 'workload' | 'pod' | 'container' | 'image' | 'reason' | 'message' | 'envKey'>;

/** One plain sentence or two: what this means, and what to do. Pure. */
export function sentenceFor(facts: Facts): string {
	const { reason, message, workload } = facts;
	const container = facts.container ? `The container ${facts.container} of ${workload}` : workload;
	switch (reason) {
		case 'ErrImagePull':
		case 'ImagePullBackOff':
			return `The image ${facts.image ?? ''} could not be pulled: ${pullReason(message)}`;
		case 'InvalidImageName':
			return `The image name ${facts.image ?? ''} is not valid. Report it to the publisher of the pack.`;
		case 'ErrImageNeverPull':
			return `The image ${facts.image ?? ''} is not on the node and the chart forbids pulling it.`;
		case 'CreateContainerConfigError':
			return configSentence(container, message);
		case 'CreateContainerError':
		case 'RunContainerError':
			return `${container} cannot be started: ${clip(message)}. Report it to the publisher of the pack.`;
		case 'CrashLoopBackOff':
			return `${container} starts and ends again (${exitWords(message)}).${keyHint(facts)} Its last lines say why.`;
		case 'Failed':
			return `${container} failed (${clip(message)}).${keyHint(facts)} Its last lines say why.`;
		case 'OOMKilled':
			return `${container} was ended because it used more memory than its limit. Raise the limit, or lower what it has to do.`;
		case 'Unschedulable':
			return `No node has room for ${facts.pod ?? workload}: ${clip(message)}. Add capacity or lower the requests.`;
		case 'FailedCreate':
			return refusalSentence(workload, message);
		case 'FailedMount':
		case 'FailedAttachVolume':
			return `A volume of ${workload} cannot be mounted: ${clip(message)}. Check that what it names exists.`;
		case 'Unhealthy':
			return `${container} runs but its health check fails: ${clip(message)}.${keyHint(facts)}`;
		case 'JobFailed':
			return `${workload} failed: ${clip(message)}.${keyHint(facts)} Its last lines say why.`;
		default:
			return `${container} is not ready yet: ${clip(message)}.${keyHint(facts)}`;
	}
}

function pullReason(message: string): string {
	if (/unauthorized|authentication required|denied|forbidden|\b40[13]\b/i.test(message)) {
		return 'access denied. Check the pull credentials of the namespace.';
	}
	if (/not found|manifest unknown|\b404\b|does not exist/i.test(message)) {
		return 'not found. Check the tag or the pull credentials.';
	}
	if (/no such host|timeout|refused|unreachable|tls|x509/i.test(message)) {
		return `the registry cannot be reached from the cluster (${clip(message)}).`;
	}
	if (/toomanyrequests|rate limit|\b429\b/i.test(message)) {
		return 'the registry limits how often images may be pulled. Wait, or use pull credentials.';
	}
	return `${clip(message)}. Check the tag or the pull credentials.`;
}

function configSentence(container: string, message: string): string {
	const [, key, object] = /couldn't find key (\S+) in (?:ConfigMap|Secret) (\S+)/i.exec(message) ?? [];
	if (key) return `${container} needs ${key}, which is missing in ${object}. Set it in the configuration.`;
	const [, kind, name] = /(configmap|secret) "([^"]+)" not found/i.exec(message) ?? [];
	if (kind && name) {
		const word = kind.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap';
		const ours = /-env-r\d+$/.test(name);
		const advice = ours
			? 'Re-apply the configuration to create it again.'
			: 'The chart expects it to exist: create it, or ask the publisher.';
		return `${container} waits for the ${word} ${name}, which does not exist. ${advice}`;
	}
	return `The configuration of ${container.replace(/^The/, 'the')} is not usable: ${clip(message)}.`;
}

function refusalSentence(workload: string, message: string): string {
	const quota = /exceeded quota: ([^,]+), requested: (.+?), used: (.+?), limited: (.+)$/.exec(message);
	if (quota) {
		const [, name, requested, used, limited] = quota;
		return `The quota ${name} refuses pods of ${workload}: it needs ${requested}, ${used} of ${limited} is used. Raise the quota or lower the requests.`;
	}
	if (/violates PodSecurity/.test(message)) {
		return `The namespace's Pod Security level refuses pods of ${workload}: ${clip(message)}. Use another namespace or ask the publisher.`;
	}
	return `The cluster refuses to create pods of ${workload}: ${clip(message)}.`;
}

function keyHint({ envKey }: Facts): string {
	return envKey ? ` It mentions ${envKey}: check that answer.` : '';
}

function exitWords(message: string): string {
	return /exit code \d+[^;]*$/.exec(message)?.[0] ?? 'restarting again and again';
}

function clip(message: string): string {
	const [first = ''] = message.split('\n');
	const text = first.trim().replace(/\.$/, '');
	return text.length > 240 ? `${text.slice(0, 240)} …` : text || 'no reason given';
}
