// Measures eigenview beside its peers in one run, interleaved, and prints ratios.
//
//     npm run bench                      linear algebra, moments, dynamics
//     npm run bench -- --data FOLDER     also the alignment study on MNIST-format files beside the plain NumPy script
//
// OPENBLAS_* variables can halve BLAS; they are cleared for every program measured, this one included.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment, isClean } from './environment.mjs';

if (!isClean()) {
  const again = spawnSync(process.execPath, process.argv.slice(1), { env: cleanEnvironment(), stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

const { values } = parseArgs({ options: { data: { type: 'string' }, rounds: { type: 'string', default: '7' } } });
const { cases } = await import('./cases.mjs');
const { compareStudies } = await import('./study.mjs');
const { trajectories } = await import('./dynamics.mjs');
const { describeMachine } = await import('./machine.mjs');
const { startNumpy } = await import('./numpy.mjs');
const { interleave, table } = await import('./interleave.mjs');

const python = await startNumpy(fileURLToPath(new URL('linalg_numpy.py', import.meta.url)));
console.log(describeMachine(python));
const rows = [];
for (const make of cases) rows.push(await interleave(await make(python), Number(values.rounds)));
python?.stop();
rows.push(await trajectories(Number(values.rounds)));
console.log(table(rows));
if (values.data === undefined) {
  console.log('The alignment study is compared when --data FOLDER names the MNIST-format files.');
} else {
  console.log(await compareStudies(values.data));
}
