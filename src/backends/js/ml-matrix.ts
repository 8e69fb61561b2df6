import { createRequire } from 'node:module';
import type * as mlMatrix from 'ml-matrix';

let loaded: typeof mlMatrix | undefined;

/** ml-matrix, loaded when it is first needed: who computes natively does not wait for it. */
export function loadMlMatrix(): typeof mlMatrix {
  loaded ??= createRequire(import.meta.url)('ml-matrix') as typeof mlMatrix;
  return loaded;
}
