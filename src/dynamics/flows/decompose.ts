import type { Control, Eigh, LinalgBackend, LinalgKernels, Svd } from '../../backends/linalg.js';
import type { Decomposed, Request } from './model.js';

export function decomposeSync(requests: readonly Request[], linalg: LinalgKernels): Decomposed[] {
  return requests.map(({ kind, matrix }) =>
    kind === 'eigh' ? fromEigh(linalg.eigh(matrix, undefined, undefined)) : fromSvd(linalg.svd(matrix, undefined)),
  );
}

export async function decompose(requests: readonly Request[], linalg: LinalgBackend): Promise<Decomposed[]> {
  // Of the same bits at any number of threads, as the trajectories that start from them.
  const control: Control = { reproducible: true };
  const results: Decomposed[] = [];
  for (const { kind, matrix } of requests) {
    results.push(
      kind === 'eigh'
        ? fromEigh(await linalg.async.eigh(control, matrix, undefined, undefined))
        : fromSvd(await linalg.async.svd(control, matrix, undefined)),
    );
  }
  return results;
}

function fromEigh({ values, vectors }: Eigh): Decomposed {
  return { values, left: vectors, right: vectors.transpose() };
}

function fromSvd({ u, s, vt }: Svd): Decomposed {
  return { values: s, left: u, right: vt };
}
