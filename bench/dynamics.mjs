import { fileURLToPath } from 'node:url';
import { gaussianPair, simsiamFlow } from '../dist/index.js';
import { interleave } from './interleave.mjs';
import { startNumpy } from './numpy.mjs';

const COUNT = 1000;
/** SciPy's are alike and independent: a few say what a thousand take. */
const SCIPY_COUNT = 20;

/**
 * SimSiam trajectories (k = 4, m = 16) from random starts to their steady state: a thousand in one call, beside SciPy's
 * solve_ivp (RK45) one by one with the same tolerances, and beside the js backend.
 */
export async function trajectories(rounds) {
  const flow = simsiamFlow(gaussianPair({ rho: 0.95, degree: 15 }), { k: 4, lambda: 0.05 });
  const run = (count, options) => async () => {
    const ended = await flow.integrateMany({ seed: 1, count, scale: 1 }, { rtol: 1e-8, atol: 1e-10, ...options });
    if (ended.some(({ reason }) => reason !== 'steady')) throw new Error('a trajectory did not become steady');
  };
  const scipy = await startNumpy(fileURLToPath(new URL('dynamics_scipy.py', import.meta.url)));
  const contestants = [
    { name: 'eigenview', run: run(COUNT) },
    { name: 'js backend', run: run(SCIPY_COUNT, { backend: 'js' }), share: SCIPY_COUNT / COUNT, rounds: 3 },
  ];
  if (scipy !== undefined) {
    contestants.push({
      name: 'SciPy solve_ivp, one by one',
      run: () => scipy.run('trajectories'),
      share: SCIPY_COUNT / COUNT,
    });
  }
  try {
    return await interleave({ name: `${COUNT} SimSiam trajectories, k = 4, m = 16`, contestants }, rounds);
  } finally {
    scipy?.stop();
  }
}
