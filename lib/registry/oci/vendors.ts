/** What is known of the credentials of certain registries, by their host: pure, and never a reason to send anything. */
export type Vendor = {
	/** What to enter, for somebody whose credential was refused. */
	renewal: string;
	/** For credentials that end by themselves, even when they work today: what will happen, and what to do about it. */
	ending: { detail: string; nextStep: string } | null;
	/** A 403 with a text like this is about the credential and not about what it may read. */
	stale: RegExp | null;
};

/** Null for a registry that nothing special is known of. `host` as in `URL.host`. */
export function vendorOf(host: string): Vendor | null {
	const [name = ''] = host.toLowerCase().split(':');
	const ecr = ECR.exec(name);
	if (ecr !== null) return ecrIn(ecr[1] ?? ecr[2] ?? '');
	if (name.endsWith('.ocir.io')) return ocir;
	return name === 'ghcr.io' ? ghcr : null;
}

/** Private registries of AWS: IPv4 and dual-stack endpoints, FIPS ones, China. `public.ecr.aws` hands out tokens. */
const ECR =
	/^\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$|^\d{12}\.dkr-ecr(?:-fips)?\.([a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn)$/;

/** AWS documentation, "Private registry authentication": the user is AWS, a password lasts 12 hours. */
function ecrIn(region: string): Vendor {
	const command = `aws ecr get-login-password --region ${region}`;
	return {
		renewal: `A password of ECR lasts 12 hours. Make a new one with ${command} and store it with the user name AWS.`,
		ending: {
			detail: 'The password works now. Every password of ECR ends 12 hours after it was made.',
			nextStep: `Have a scheduled job store the output of ${command} here (docs/sources.md), or read a mirror.`,
		},
		stale: /authorization token has expired/i,
	};
}

/** Oracle Cloud: a wrong login is treated as nobody's (oracle/docker-images#2551). */
const ocir: Vendor = {
	renewal:
		'The user name of OCIR is <namespace>/<user>, with the object storage namespace and not the name of the tenancy; the password is an auth token of that user.',
	ending: null,
	stale: /Anonymous users are only allowed/i,
};

const ghcr: Vendor = {
	renewal:
		'GHCR takes a classic token with read:packages, authorised for the organisation where it has single sign-on.',
	ending: null,
	stale: null,
};
