/** One start against time: as many saved times as a figure shows and a file holds. */
import type { Flow, Trajectory } from '../dynamics/flow.js';
import { misalignment, outputCorrelation } from './dynamics-alignment.js';
import type { DynamicsSummary, StartSeries } from './dynamics-run.js';

/** Of one start: twice as many as a figure has pixels for curves across. */
const MOST_TIMES = 800;
const FEWEST_TIMES = 16;
/** In all starts: a file of some 40 MB. */
const MOST_NUMBERS = 2e6;
/** Time, energy, trace and misalignment. */
const BESIDE_MODES = 4;

/** How many times of a start are kept at most: fewer where there are many starts or modes; the first is drawn in full. */
export function savedTimes(starts: number, modes: number): DynamicsSummary['saved'] {
  const share = Math.floor(MOST_NUMBERS / (starts * (modes + BESIDE_MODES)));
  return { first: MOST_TIMES, others: Math.min(MOST_TIMES, Math.max(FEWEST_TIMES, share)) };
}

/** Steps are short where much happens: of too many, some are left out evenly. Start and end stay. */
export function thinned(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

export function seriesOf(flow: Flow, { times, states, energy, predictorTrace }: Trajectory, most: number): StartSeries {
  const kept = thinned(times.length, most);
  const keptStates = kept.flatMap((i) => states[i] ?? []);
  const alignments = keptStates.map((state) => {
    const correlation = outputCorrelation(flow.field, state);
    return correlation && misalignment(flow.predictor(state), correlation);
  });
  const at = (values: Float64Array) => Float64Array.from(kept, (i) => values[i] as number);
  return {
    times: at(times),
    energy: at(energy),
    predictorTrace: at(predictorTrace),
    alignment: alignments.some((value) => value === null) ? null : Float64Array.from(alignments, (value) => value ?? 0),
    amplitudes: keptStates.map((state) => flow.amplitudes(state)),
  };
}
