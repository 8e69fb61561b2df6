import { closedFormFixture } from '../support/fixtures.js';

/** A matrix of test/fixtures/closed-form/spectra.json; its values are right to the last digit. */
export interface SpectrumProblem {
  name: string;
  kind: 'svd' | 'eigh';
  a: number[][];
  b?: number[][];
  values: number[];
  conditionOfB?: number;
}

export interface ComplexProblem {
  name: string;
  kind: 'eig';
  a: number[][];
  values: { re: number[]; im: number[] };
  /** How many times an eigenvalue moves what the matrix moves by. */
  condition: number[];
}

const { problems } = closedFormFixture<{ problems: (SpectrumProblem | ComplexProblem)[] }>('spectra');

/** For `describe.each`: name first. */
export function spectra<Kind extends 'svd' | 'eigh' | 'eig'>(kind: Kind) {
  type Problem = Kind extends 'eig' ? ComplexProblem : SpectrumProblem;
  return problems
    .filter((problem) => problem.kind === kind)
    .map((problem) => [problem.name, problem as Problem] as const);
}
