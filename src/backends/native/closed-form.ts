import type { EigenviewError } from '../../errors.js';
import type { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import { threads } from '../../runtime/threads.js';
import type { ClosedFormBackend, Judged, JudgedSample, Questions } from '../closed-form.js';
import type { Control } from '../linalg.js';
import { cancellable } from './cancel.js';
import { facts, translate } from './failure.js';

interface RawJudgements {
  numbers: Float64Array;
  failures: Error[];
}

/** Multiply-adds of one job: some 100 ms on a core, so that aborting and progress need not wait long. */
const JOB = 4e9;

export const closedForm: ClosedFormBackend = {
  async judge(control, samples, covariances, questions) {
    if (samples.length === 0) return [];
    const d = (samples[0] as JudgedSample).inputSecond.rows;
    // Two decompositions and some ten products each.
    const size = Math.ceil(Math.max(JOB, threads() * 30 * d ** 3) / (covariances.length * 30 * d ** 3));
    const all: Judged[][] = [];
    for (let from = 0; from < samples.length; from += size) {
      all.push(...(await judgePiece(control, samples.slice(from, from + size), covariances, questions)));
    }
    return all;
  },
};

async function judgePiece(
  { signal }: Control,
  samples: readonly JudgedSample[],
  covariances: readonly Float64Array[],
  { ks, dims, problems }: Questions,
): Promise<Judged[][]> {
  const { inputSecond, targetInput } = samples[0] as JudgedSample;
  const args = [
    concatenate(samples.map((sample) => sample.inputSecond)),
    inputSecond.rows,
    concatenate(samples.map((sample) => sample.targetInput)),
    targetInput.rows,
    Float64Array.from(samples, (sample) => sample.targetEnergy),
    concatenate(covariances.map((data) => ({ data }))),
    Float64Array.from(ks),
    dims,
    problems.reduce((mask, wanted, p) => mask | (Number(wanted) << p), 0),
  ];
  const run = loadAddon().judgeAsync as NativeFunction;
  const job = (granted: number) =>
    cancellable(signal, (cancelled) => run(granted, ...args, cancelled) as Promise<RawJudgements>);
  try {
    const raw = await lane.run('all', job, signal);
    signal?.throwIfAborted();
    return read(raw, samples.length, covariances.length, ks.length);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw translate('alignmentStudy', error, signal);
  }
}

function read({ numbers, failures }: RawJudgements, samples: number, covariances: number, ks: number): Judged[][] {
  const failed = new Map(failures.map((error) => [facts(error).at, error]));
  const next = numbers.values();
  const number = () => next.next().value as number;
  const judgement = () => ({ loss: number(), sine: number(), score: number() });
  return Array.from({ length: samples }, (_, s) =>
    Array.from({ length: covariances }, (_, c): Judged => {
      const judged = Array.from({ length: ks }, () => Array.from({ length: 3 }, judgement));
      const error = failed.get(s * covariances + c);
      if (error === undefined) return judged;
      // The message speaks of the sample's second moment, not of its place in the job.
      Object.assign(error, { at: undefined });
      return translate('alignmentStudy', error, undefined) as EigenviewError;
    }),
  );
}

function concatenate(parts: readonly Pick<Matrix, 'data'>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}
