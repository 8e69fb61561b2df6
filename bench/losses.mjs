// Measures the heavy objectives, with their gradients, beside the matrix products alone that their formulas need:
//
//     npm run bench:objectives -- [--rounds 7] [--rows 2048] [--cols 512] [--directions 1024]
//
// Timed are steps of a loop. An objective answers with new gradients, or recycles those of the step before. The products are those of matmul, which
// copies what it takes and answers with arrays of its own; and, where it is there, NumPy's into arrays that are there already.
// Below the table, what an objective costs beside its products, both ways. Then SimCLR's memory: the growth of the peak
// resident set by one call at B = 65 536.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment, isClean } from './environment.mjs';

if (!isClean()) {
  const again = spawnSync(process.execPath, process.argv.slice(1), { env: cleanEnvironment(), stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    rows: { type: 'string', default: '2048' },
    cols: { type: 'string', default: '512' },
    directions: { type: 'string', default: '1024' },
    memory: { type: 'boolean', default: false },
  },
});
/** What is timed is a loop of so many. */
const STEPS = 8;
const [rows, cols, directions] = [Number(values.rows), Number(values.cols), Number(values.directions)];

const { barlowTwins, matmul, Matrix, sigreg, simclr, vicreg } = await import('../dist/index.js');
const { interleave, median, table } = await import('./interleave.mjs');
const { startNumpy } = await import('./numpy.mjs');

/** Deterministic numbers in [−½, ½). */
function noise(height, width, seed) {
  let state = seed;
  const data = new Float64Array(height * width);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = state / 2 ** 32;
  }
  return new Matrix(height, width, data);
}

/** Seconds of a step of a loop, whose share of garbage collection is its own. */
async function perStep(step) {
  const start = performance.now();
  for (let i = 0; i < STEPS; i++) await step();
  return (performance.now() - start) / 1000 / STEPS;
}

/** Resident memory during one call above that before it, sampled. */
async function measureMemory() {
  const [a, b] = [noise(65_536, 16, 1), noise(65_536, 16, 2)];
  // What the first call loads is not the algorithm's.
  await simclr(noise(2000, 16, 3), noise(2000, 16, 4));
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  await simclr(a, b);
  clearInterval(sampling);
  const grown = (most - before) / 2 ** 20;
  console.log(
    `simclr, B = 65536, k = 16: resident memory grows by ${grown.toFixed(0)} MB, of which 34 MB are copy and gradients`,
  );
}

if (values.memory) {
  await measureMemory();
  process.exit(0);
}

const z1 = noise(rows, cols, 1);
const z2 = noise(rows, cols, 2);
const square = noise(cols, cols, 3);
const sketch = noise(cols, directions, 4);
const stacked = noise(2 * rows, cols, 5);
const projections = noise(rows, directions, 6);
const similar = noise(rows, 2 * rows, 7);

/** Name, objective, and its products; half of a product's work as half of its rows. */
const cases = [
  [
    'vicreg',
    (options) => vicreg(z1, z2, options),
    async () => {
      for (const z of [z1, z2]) {
        await matmul(z, z, { transposeA: true });
        await matmul(z, square);
      }
    },
  ],
  [
    'barlow-twins',
    (options) => barlowTwins(z1, z2, options),
    async () => {
      await matmul(z1, z2, { transposeA: true });
      await matmul(z2, square, { transposeB: true });
      await matmul(z1, square);
    },
  ],
  [
    'simclr',
    (options) => simclr(z1, z2, options),
    async () => {
      for (let half = 0; half < 2; half++) await matmul(z1, stacked, { transposeB: true });
      for (let half = 0; half < 2; half++) await matmul(similar, stacked);
    },
  ],
  [
    'sigreg',
    (options) => sigreg(z1, { count: directions, ...options }),
    async () => {
      await matmul(z1, sketch);
      await matmul(projections, sketch, { transposeB: true });
    },
  ],
];

const script = fileURLToPath(new URL('losses_numpy.py', import.meta.url));
const python = await startNumpy(script);
console.log(`${rows}×${cols} float64, ${directions} directions; products: ${python?.versions ?? 'matmul'}`);
const [RECYCLING, OWN, NUMPY] = ['eigenview, recycling', 'products by matmul', 'products by NumPy, in place'];
const measured = [];
for (const [name, objective, products] of cases) {
  let { gradients } = await objective();
  const contestants = [
    { name: 'eigenview', run: () => perStep(objective) },
    {
      name: RECYCLING,
      run: () =>
        perStep(async () => {
          gradients = (await objective({ recycle: gradients })).gradients;
        }),
    },
    { name: OWN, run: () => perStep(products) },
  ];
  if (python !== undefined) {
    contestants.push({ name: NUMPY, run: () => python.run(`${name} ${rows} ${cols} ${directions} ${STEPS}`) });
  }
  measured.push(await interleave({ name, contestants }, Number(values.rounds)));
}
console.log(table(measured));
for (const { name, samples } of measured) {
  for (const [products, times] of [...samples].slice(2)) {
    const ratio = (who) => median(samples.get(who).map((seconds, i) => seconds / times[i])).toFixed(2);
    console.log(`${name}: ${ratio('eigenview')} × the time of its ${products}; recycling ${ratio(RECYCLING)} ×`);
  }
}
python?.stop();
spawnSync(process.execPath, [process.argv[1], '--memory'], { stdio: 'inherit' });
