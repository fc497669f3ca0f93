import { quote } from '../../diagnostic.ts';

/** Who speaks where a load fails. */
export const says: ReturnType<typeof quote> = quote('libbpf');

/** What to do about the sections that compilers give to single functions. */
export const ownSection = 'link the object with libbpf.ld, which puts .text.* into .text';
