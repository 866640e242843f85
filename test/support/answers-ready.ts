/** In a page the contracts of answers arrive with the first answer; here compiling them would count as slow rendering. */
import '@/lib/api-client/answers';
