import { readFileSync } from 'node:fs';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import type { ViewSpec } from './view-processes.js';
import { viewsOf } from './view-processes.js';

/** A file of test/fixtures/closed-form; make.py and its modules say what the fields mean. */
export function closedFormFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/closed-form/${name}.json`, import.meta.url), 'utf8'));
}

export interface LinearProblem {
  name: string;
  inputs: number[][];
  targets: number[][];
  views: ViewSpec;
  moments: {
    second: number[][];
    meanSecond: number[][];
    inputCross: number[][];
    inputSecond: number[][];
    targetCross: number[][];
    targetInput: number[][];
    inputEnergy: number;
    targetEnergy: number;
    inputMean: number[];
    viewMean: number[];
    targetMean: number[];
  };
  supervised: { weights: number[][]; risk: number; optimum: number };
  reconstruction: {
    singularValues: number[];
    rowSpace: number[][];
    solutions: { k: number; product: number[][]; risk: number; optimum: number; probeLoss: number }[];
  };
  jointEmbedding: {
    eigenvalues: number[];
    rowSpace: number[][];
    solutions: { k: number; loss: number; optimum: number; probeLoss: number }[];
  };
  probe: { encoder: number[][]; loss: number };
}

export const linearProblems = closedFormFixture<{ problems: LinearProblem[] }>('problems').problems;

export function momentsOf(problem: LinearProblem, backend: 'native' | 'js' = 'js'): Promise<ViewMoments> {
  const target = Matrix.from(problem.targets);
  return viewMoments(Matrix.from(problem.inputs), viewsOf(problem.views), { target, backend });
}
