/**
 * Ends in the middle of native work: `leave.mjs exit|throw|reject <after milliseconds>`; with another word, when the work
 * is done.
 */
import { svd, svdBatch } from '../../../dist/index.js';
import { scattered } from './inputs.mjs';

const [how = '', after = '0'] = process.argv.slice(2);
const large = scattered(1, 300, 300);
const stack = Array(60).fill(scattered(2, 40, 40));
const work = () => Promise.all([svd(large), svdBatch(stack), svd(large), svd(scattered(3, 60, 60))]);

async function workForever() {
  for (;;) await work();
}

/** @type {Record<string, () => void>} */
const ends = {
  exit: () => process.exit(7),
  throw: () => {
    throw new Error('the end');
  },
  reject: () => void Promise.reject(new Error('the end')),
};

const end = ends[how];
if (end === undefined) {
  work().then(() => console.log('finished'));
} else {
  workForever();
  if (after === '0') end();
  else setTimeout(end, Number(after));
}
