/** P A = L U, rows exchanged for the largest pivot. */
export class Lu {
  /** L below the diagonal, U on and above it; row-major. */
  readonly #factors: Float64Array;
  /** The row that came to each place. */
  readonly #order: Int32Array;

  private constructor(factors: Float64Array, order: Int32Array) {
    this.#factors = factors;
    this.#order = order;
  }

  /** Overwrites the n×n numbers; ⅔ n³ operations, paused between columns. A singular matrix solves to no finite numbers. */
  static *of(a: Float64Array, n: number): Generator<void, Lu> {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let p = 0; p < n; p++) {
      exchange(a, n, order, p, pivotRow(a, n, p));
      eliminateBelow(a, n, p);
      yield;
    }
    return new Lu(a, order);
  }

  solve(b: Float64Array): Float64Array {
    const a = this.#factors;
    const n = b.length;
    const x = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = b[this.#order[i] as number] as number;
      for (let j = 0; j < i; j++) sum -= (a[i * n + j] as number) * (x[j] as number);
      x[i] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i] as number;
      for (let j = i + 1; j < n; j++) sum -= (a[i * n + j] as number) * (x[j] as number);
      x[i] = sum / (a[i * n + i] as number);
    }
    return x;
  }
}

function pivotRow(a: Float64Array, n: number, p: number): number {
  let best = p;
  for (let i = p + 1; i < n; i++) {
    if (Math.abs(a[i * n + p] as number) > Math.abs(a[best * n + p] as number)) best = i;
  }
  return best;
}

function exchange(a: Float64Array, n: number, order: Int32Array, i: number, j: number): void {
  if (i === j) return;
  const row = a.slice(i * n, (i + 1) * n);
  a.copyWithin(i * n, j * n, (j + 1) * n);
  a.set(row, j * n);
  const kept = order[i] as number;
  order[i] = order[j] as number;
  order[j] = kept;
}

function eliminateBelow(a: Float64Array, n: number, p: number): void {
  const pivot = a[p * n + p] as number;
  for (let i = p + 1; i < n; i++) {
    const weight = (a[i * n + p] as number) / pivot;
    a[i * n + p] = weight;
    if (weight === 0) continue;
    for (let j = p + 1; j < n; j++) a[i * n + j] = (a[i * n + j] as number) - weight * (a[p * n + j] as number);
  }
}
