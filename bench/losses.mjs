// Measures the heavy objectives, with their gradients, beside the matrix products alone that their formulas need:
//
//     npm run bench:objectives -- [--rounds 7] [--rows 2048] [--cols 512] [--directions 1024]
//
// The products are those of matmul, which like an objective copies what it takes and answers with arrays of its own; and,
// where it is there, NumPy's into arrays that are there already. The last column is the products' time over the
// objective's: its inverse is what an objective costs beside its products. Then SimCLR's memory: the growth of the peak resident set by one call at B = 65 536.
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
    () => vicreg(z1, z2),
    async () => {
      for (const z of [z1, z2]) {
        await matmul(z, z, { transposeA: true });
        await matmul(z, square);
      }
    },
  ],
  [
    'barlow-twins',
    () => barlowTwins(z1, z2),
    async () => {
      await matmul(z1, z2, { transposeA: true });
      await matmul(z2, square, { transposeB: true });
      await matmul(z1, square);
    },
  ],
  [
    'simclr',
    () => simclr(z1, z2),
    async () => {
      for (let half = 0; half < 2; half++) await matmul(z1, stacked, { transposeB: true });
      for (let half = 0; half < 2; half++) await matmul(similar, stacked);
    },
  ],
  [
    'sigreg',
    () => sigreg(z1, { count: directions }),
    async () => {
      await matmul(z1, sketch);
      await matmul(projections, sketch, { transposeB: true });
    },
  ],
];

const script = fileURLToPath(new URL('losses_numpy.py', import.meta.url));
const python = await startNumpy(script);
console.log(`${rows}×${cols} float64, ${directions} directions; products: ${python?.versions ?? 'matmul'}`);
const [OWN, NUMPY] = ['products by matmul', 'products by NumPy, in place'];
const measured = [];
for (const [name, objective, products] of cases) {
  const contestants = [
    { name: 'eigenview', run: async () => void (await objective()) },
    { name: OWN, run: products },
  ];
  if (python !== undefined) {
    contestants.push({ name: NUMPY, run: () => python.run(`${name} ${rows} ${cols} ${directions}`) });
  }
  measured.push(await interleave({ name, contestants }, Number(values.rounds)));
}
console.log(table(measured));
for (const { name, samples } of measured) {
  for (const [who, times] of [...samples].slice(1)) {
    const ratio = median(samples.get('eigenview').map((seconds, i) => seconds / times[i]));
    console.log(`${name}: ${ratio.toFixed(2)} × the time of its ${who}`);
  }
}
python?.stop();
spawnSync(process.execPath, [process.argv[1], '--memory'], { stdio: 'inherit' });
