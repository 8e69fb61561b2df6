import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, EigenviewError } from '../errors.js';
import { checkOptions } from '../matrix/check.js';
import { checkPath, readError } from '../store/files.js';
import { type ArrayFile, arraySource, readAll } from './array.js';
import { idxFile, openIdx } from './idx.js';
import { byteSize } from './numbers.js';
import { packedReader, setPacked } from './packed.js';
import type { LabelledSource } from './source.js';

export interface MnistOptions {
  /** `'train'` unless given. */
  split?: 'train' | 'test';
}

const PREFIX = { train: 'train', test: 't10k' } as const;

/**
 * A folder with the files of MNIST, or of a data set in its form: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`
 * and their `t10k-` twins, with or without `.gz`, also spelt `train-images.idx3-ubyte`. Rows are images of 784 grey
 * levels from 0 to 255 (float32), not scaled.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, `FILE_FORMAT`, or `SHAPE_MISMATCH` when there are not as many labels as
 * images
 * @example
 * ```ts
 * const train = await openMnist('data/mnist');
 * console.log(train.rows, train.labels[0]); // 60000 5
 * ```
 */
export async function openMnist(dir: string, options: MnistOptions = {}): Promise<LabelledSource> {
  checkPath('dir', dir);
  checkOptions('openMnist', options, ['split']);
  const { split = 'train' } = options;
  if (!Object.hasOwn(PREFIX, split)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'MNIST has two splits.', {
      argument: 'split',
      expected: `'train' or 'test'`,
      received: describe(split),
    });
  }
  const names = await readdir(dir).catch((cause: unknown) => {
    throw readError(dir, cause);
  });
  const images = await openIdx(find(dir, names, `${PREFIX[split]}-images`, 'idx3-ubyte'));
  const labels = await idxFile(find(dir, names, `${PREFIX[split]}-labels`, 'idx1-ubyte'));
  if (labels.shape.length !== 1 || labels.shape[0] !== images.rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Labels and images do not fit together.', {
      file: labels.path,
      expected: `${images.rows} labels, one for each image`,
      received: labels.shape.join('×'),
      fix: 'Take both files from the same split.',
    });
  }
  return setPacked({ ...images, labels: await readLabels(labels) }, packedReader(images));
}

/** The uncompressed file first: it reads faster. */
function find(dir: string, names: readonly string[], what: string, suffix: string): string {
  const candidates = ['', '.gz'].flatMap((end) => ['-', '.'].map((dash) => `${what}${dash}${suffix}${end}`));
  const name = candidates.find((candidate) => names.includes(candidate));
  if (name !== undefined) return join(dir, name);
  throw new EigenviewError('FILE_NOT_FOUND', `There is no ${what}-${suffix} here.`, {
    file: dir,
    expected: candidates.join(' or '),
  });
}

async function readLabels(file: ArrayFile): Promise<Int32Array> {
  const { data } = await readAll(arraySource(file));
  const labels = new Int32Array(data);
  const bad = labels.findIndex((label, row) => label !== data[row] || label < 0);
  if (bad < 0) return labels;
  throw new EigenviewError('FILE_FORMAT', `Label ${bad} is no class.`, {
    file: file.path,
    offset: file.header.length + bad * byteSize(file.format.kind),
    expected: 'an integer from 0',
    received: String(data[bad]),
  });
}
