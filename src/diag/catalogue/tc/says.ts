import { quote } from '../../diagnostic.ts';

/** Who speaks where a load fails. */
export const tcSays: ReturnType<typeof quote> = quote('tc');
export const kernelSays: ReturnType<typeof quote> = quote('the kernel');
