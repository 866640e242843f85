import { lockFolder } from '@/lib/db';

/** Child process of the data folder tests: takes the folder and keeps it until killed, or says why not. */
const [, , folder = ''] = process.argv;
try {
	await lockFolder(folder);
	console.log('held');
	setInterval(() => {}, 1000);
} catch (error) {
	console.log(error instanceof Error ? error.message : error);
}
