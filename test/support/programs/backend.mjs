/**
 * Computes with the package in a folder and prints what happened as JSON: `backend.mjs <folder> <backend> …`, one call
 * for each backend named.
 */
import { pathToFileURL } from 'node:url';

const [folder, ...backends] = process.argv.slice(2);
const { Matrix, svd, svdSync } = await import(pathToFileURL(`${folder}/dist/index.js`).href);

/** @type {object[]} */
const warnings = [];
process.on('warning', (warning) => warnings.push({ ...warning, name: warning.name, message: warning.message }));

/** @type {object[]} */
const outcomes = [];
for (const backend of backends) {
  const options = backend === 'default' ? {} : { backend };
  const a = Matrix.diagonal([3, 4]);
  for (const call of [() => svd(a, options), () => svdSync(a, options)]) {
    try {
      outcomes.push({ s: Array.from((await call()).s, (value) => Number(value.toFixed(12))) });
    } catch (error) {
      outcomes.push({ ...Object(error), message: String(error) });
    }
  }
}
// Warnings are emitted in a later turn.
setImmediate(() => console.log(JSON.stringify({ warnings, outcomes })));
