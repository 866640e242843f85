import { expect, test } from 'vitest';
import { NamespaceName, ReleaseName } from '@/lib/contracts/names';
import { checkTarget, suggestTarget } from './install-target';

test('the first pack gets a namespace and a release named after it', () => {
	expect(suggestTarget('terminal', [])).toEqual({ namespace: 'khal', release: 'pack-terminal' });
	expect(suggestTarget('pack-terminal', [])).toEqual({ namespace: 'khal', release: 'pack-terminal' });
});

test('later packs go where most others are', () => {
	const installs = [place('khal-acme', 'pack-a'), place('other', 'pack-b'), place('khal-acme', 'pack-c')];
	expect(suggestTarget('files', installs).namespace).toBe('khal-acme');
});

test('a release name that is taken gets the next number, within the limit of Helm', () => {
	const long = 'a'.repeat(60);
	const first = suggestTarget(long, []);
	expect(first.release).toHaveLength(53);
	const second = suggestTarget(long, [place('khal', first.release)]);
	expect(second.release).toHaveLength(53);
	expect(second.release).toMatch(/-2$/);
});

test('whatever the slug, the suggestion is a name Kubernetes and Helm accept', () => {
	for (const slug of ['terminal', '@acme/pack_x', '-x-', 'ÄÖ', 'pack-', `${'a'.repeat(52)}-b`]) {
		const { namespace, release } = suggestTarget(slug, []);
		expect(NamespaceName.safeParse(namespace).success).toBe(true);
		expect(ReleaseName.safeParse(release).success).toBe(true);
	}
});

test('a name that would be refused is refused in the form', () => {
	expect(checkTarget({ namespace: 'Khal', release: '' })).toEqual({
		namespace: 'Use lower-case letters, digits and dashes.',
		release: 'Enter a release name.',
	});
	expect(checkTarget({ namespace: 'khal', release: 'pack-x' })).toEqual({ namespace: null, release: null });
});

function place(namespace: string, release: string) {
	return { namespace, release };
}
