import { nothingHere } from '@/lib/http';

/** Every address that no other route has: a program gets a problem it can read, not a page. */
export { nothingHere as DELETE, nothingHere as GET, nothingHere as PATCH, nothingHere as POST, nothingHere as PUT };
