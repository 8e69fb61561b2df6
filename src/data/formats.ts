/** How each format is opened as data: the rows, and the labels where they are in the same file. */
import { EigenviewError } from '../errors.js';
import { openCifar10 } from './cifar.js';
import { openCsv } from './csv.js';
import { readCsvLabels } from './csv-labels.js';
import { type CsvOptions, findLayout } from './csv-layout.js';
import { chooseFeatures } from './features.js';
import { toGrey } from './grey.js';
import { openIdx } from './idx.js';
import { csvDelimiter } from './label-file.js';
import { findLabels, type LabelColumn, type LabelRequest, numberColumns } from './labels.js';
import { openMnist } from './mnist.js';
import { openNpy } from './npy.js';
import { openNpz } from './npz.js';
import type { DataFormat } from './recognise.js';
import type { ChunkedSource, LabelledSource } from './source.js';
import type { TargetKind } from './targets.js';

export interface FormatRequest {
  labels: LabelRequest | undefined;
  columns: readonly (string | number)[] | undefined;
  target: TargetKind;
  grayscale: boolean;
}

export interface Opened {
  /** The features: for later, as what is said about labels should not be hidden by what is wrong with these. */
  source(): ChunkedSource | Promise<ChunkedSource>;
  /** Absent where they are not in this file or were not asked for. */
  labels?: readonly LabelColumn[] | undefined;
  /** What could be asked for by name. */
  names?: readonly string[];
}

/** Feature and label arrays as people call them, the more telling names first. */
const FEATURES = ['x', 'X', 'images', 'data', 'features', 'x_train', 'X_train'];
const LABELS = ['y', 'Y', 'labels', 'label', 'targets', 'target', 'y_train', 'Y_train'];

export const FORMATS: Readonly<Record<DataFormat, (path: string, request: FormatRequest) => Promise<Opened>>> = {
  mnist: async (path, request) => labelled(path, await openMnist(path), request),
  cifar: async (path, request) => {
    const images = await openCifar10(path);
    return labelled(path, request.grayscale ? toGrey(images) : images, request);
  },
  idx: async (path) => unlabelled(await openIdx(path)),
  npy: async (path) => unlabelled(await openNpy(path)),
  npz: openArrays,
  csv: openCsvData,
  parquet: openParquetData,
};

function unlabelled(source: ChunkedSource): Opened {
  return { source: () => source };
}

function labelled(file: string, images: LabelledSource, request: FormatRequest): Opened {
  if (request.labels !== undefined) return unlabelled(images);
  const { labels, classes } = images;
  return { ...unlabelled(images), labels: [{ file, name: 'The label', kind: 'classes', labels, classes }] };
}

async function openArrays(path: string, { labels }: FormatRequest): Promise<Opened> {
  const file = await openNpz(path);
  const { names } = file;
  const asked = labels ?? LABELS.find((name) => names.includes(name));
  const found = asked === undefined ? undefined : findLabels(path, names, asked)?.map((j) => names[j] as string);
  const rest = names.filter((name) => found?.includes(name) !== true);
  const source = () => openFeatures(path, rest, (name) => file.open(name));
  if (found === undefined) return { source, names };
  const columns: LabelColumn[] = [];
  for (const name of found) columns.push(...(await numberColumns(path, `Array ${name}`, await file.open(name))));
  return { source, names, labels: columns };
}

/** The array that is called like features, or else the first that is a matrix. */
async function openFeatures(
  path: string,
  names: readonly string[],
  open: (name: string) => Promise<ChunkedSource>,
): Promise<ChunkedSource> {
  const known = FEATURES.find((name) => names.includes(name));
  if (known !== undefined) return open(known);
  for (const name of names) {
    const source = await open(name).catch((cause: unknown) => {
      // Text and objects may lie beside the matrix.
      if (cause instanceof EigenviewError && cause.code === 'FILE_FORMAT') return undefined;
      throw cause;
    });
    if (source !== undefined && source.rows > 1 && source.cols > 1) return source;
  }
  throw new EigenviewError('FILE_FORMAT', 'There is no matrix of features in this archive.', {
    file: path,
    offset: 0,
    expected: `an array called ${FEATURES.join(', ')}, or one of two dimensions`,
    received: names.join(', ').slice(0, 500) || 'none',
  });
}

async function openCsvData(path: string, { labels: asked, columns, target }: FormatRequest): Promise<Opened> {
  const options = csvDelimiter(path);
  const labels = await withoutHeader(path, options, asked);
  // Whether or not it is a header: a label that is found in it makes it one.
  const first = (await findLayout(path, { ...options, header: true })).names ?? [];
  const found = labels === undefined ? undefined : findLabels(path, first, labels);
  const features = chooseFeatures(path, first, columns, found);
  const named = namesOne(first, columns ?? []) || (found !== undefined && namesOne(first, partsOf(labels)));
  const header = named || (await findLayout(path, { ...options, columns: features })).names !== undefined;
  const source = await openCsv(path, { ...options, columns: features, header });
  const names = header ? first : first.map((_, j) => String(j));
  if (found === undefined) return { source: () => source, names };
  const layout = await findLayout(path, { ...options, columns: found, header });
  return { source: () => source, names, labels: await readCsvLabels(path, layout, source.rows, target) };
}

/** Where the first line is of numbers, it has no names: `'0'`, as a command line says it, is an index, not a number found there. */
async function withoutHeader(
  path: string,
  options: CsvOptions,
  labels: LabelRequest | undefined,
): Promise<LabelRequest | undefined> {
  if (typeof labels !== 'string' || !/^\d+(,\d+)*$/.test(labels)) return labels;
  return (await findLayout(path, options)).names === undefined ? labels.split(',').map(Number) : labels;
}

function partsOf(labels: LabelRequest | undefined): readonly (string | number)[] {
  if (typeof labels === 'string') return [labels, ...labels.split(',').map((part) => part.trim())];
  return Array.isArray(labels) ? labels : [];
}

function namesOne(names: readonly string[], columns: readonly (string | number)[]): boolean {
  return columns.some((column) => typeof column === 'string' && names.includes(column));
}

async function openParquetData(path: string, { labels, columns }: FormatRequest): Promise<Opened> {
  // Loaded by those who have such a file.
  const { openTable } = await import('./parquet-table.js');
  const table = await openTable(path);
  const found = labels === undefined ? undefined : findLabels(path, table.names, labels);
  const source = () => table.source(columns, found);
  return { source, names: table.names, labels: found === undefined ? undefined : await table.labels(found) };
}
