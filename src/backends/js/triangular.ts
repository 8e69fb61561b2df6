/** Eigenpairs of a real Schur form by back substitution (Golub and Van Loan, Matrix Computations, 7.6.4). */
import type { Matrix } from '../../matrix/matrix.js';
import { abs, add, type Complex, complex, divide, multiply, scale, subtract } from './complex.js';
import { frobenius } from './dense.js';

export interface Eigenpair {
  value: Complex;
  vector: Complex[];
}

/** Vectors are rescaled on the way when an element passes this, so that defective matrices do not overflow. */
const HUGE = 1e100;

/** One pair per real eigenvalue, and one per conjugate pair: the one with positive imaginary part. */
export function triangularEigenpairs(t: Matrix): Eigenpair[] {
  const pairs: Eigenpair[] = [];
  for (let j = t.rows - 1; j >= 0; j--) {
    if (startsAbove(t, j)) {
      pairs.push(complexPair(t, j - 1));
      j--;
    } else {
      pairs.push(realPair(t, j));
    }
  }
  return pairs;
}

/** Whether row i is the second one of a 2×2 block. */
function startsAbove(t: Matrix, i: number): boolean {
  return i > 0 && t.get(i, i - 1) !== 0;
}

function realPair(t: Matrix, j: number): Eigenpair {
  const value = complex(t.get(j, j));
  const vector = zeros(t.rows);
  vector[j] = complex(1);
  return { value, vector: substitute(t, value, vector, j - 1) };
}

function complexPair(t: Matrix, j: number): Eigenpair {
  const half = (t.get(j, j) - t.get(j + 1, j + 1)) / 2;
  const im = Math.sqrt(-(half * half + t.get(j, j + 1) * t.get(j + 1, j)));
  const value = complex(t.get(j + 1, j + 1) + half, im);
  const vector = zeros(t.rows);
  // The null vector of the block's first row, (half − i·im, b).
  vector[j] = complex(-t.get(j, j + 1));
  vector[j + 1] = complex(half, -im);
  return { value, vector: substitute(t, value, vector, j - 1) };
}

const zeros = (length: number): Complex[] => Array.from({ length }, () => complex(0));

/** Solves (T − λ) x = 0 for the elements up to `last`, given those after it. */
function substitute(t: Matrix, value: Complex, x: Complex[], last: number): Complex[] {
  const smallest = Number.EPSILON * (frobenius(t) || 1);
  for (let i = last; i >= 0; i--) {
    if (startsAbove(t, i)) {
      solveTwo(t, value, x, i - 1, smallest);
      i--;
    } else {
      x[i] = divide(scale(product(t, i, x, i + 1), -1), atLeast(subtract(complex(t.get(i, i)), value), smallest));
    }
    const size = Math.max(abs(x[i] as Complex), abs((x[i + 1] as Complex | undefined) ?? complex(0)));
    if (size > HUGE) x = x.map((element) => scale(element, 1 / size));
  }
  return x;
}

/** Rows i and i + 1, a 2×2 block, by elimination with partial pivoting. */
function solveTwo(t: Matrix, value: Complex, x: Complex[], i: number, smallest: number): void {
  let [first, second] = [i, i + 1].map((row) => ({
    left: subtract(complex(t.get(row, i)), row === i ? value : complex(0)),
    right: subtract(complex(t.get(row, i + 1)), row === i ? complex(0) : value),
    sum: scale(product(t, row, x, i + 2), -1),
  })) as [Equation, Equation];
  if (abs(first.left) < abs(second.left)) [first, second] = [second, first];
  const pivot = atLeast(first.left, smallest);
  const weight = divide(second.left, pivot);
  const lastPivot = atLeast(subtract(second.right, multiply(weight, first.right)), smallest);
  const last = divide(subtract(second.sum, multiply(weight, first.sum)), lastPivot);
  x[i + 1] = last;
  x[i] = divide(subtract(first.sum, multiply(first.right, last)), pivot);
}

/** left · x₀ + right · x₁ = sum. */
interface Equation {
  left: Complex;
  right: Complex;
  sum: Complex;
}

/** A divisor moved away from zero within the rounding of T, as a repeated eigenvalue needs. */
function atLeast(divisor: Complex, smallest: number): Complex {
  return abs(divisor) < smallest ? complex(smallest) : divisor;
}

/** Row i of T times x, from column `from` on. */
function product(t: Matrix, i: number, x: Complex[], from: number): Complex {
  let sum = complex(0);
  for (let j = from; j < x.length; j++) sum = add(sum, scale(x[j] as Complex, t.data[i * t.cols + j] as number));
  return sum;
}
