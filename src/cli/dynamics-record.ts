/** A run of the dynamics on the disk: nothing is written until all of it is known. */
import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { checkNumber } from '../matrix/check.js';
import { observe } from '../report/dynamics-observe.js';
import type { DynamicsSummary, StartOutcome } from '../report/dynamics-run.js';
import { DYNAMICS_FILES, writeDynamics } from '../report/dynamics-write.js';
import { removeLeftovers } from '../store/atomic.js';
import { makeFolder } from '../store/files.js';
import { acquireLock } from '../store/lock.js';
import { digest } from '../study/key.js';
import { provenance } from '../study/provenance.js';
import type { DynamicsConfig } from './dynamics-config.js';
import { checkCost } from './dynamics-cost.js';
import { configuredFlow } from './dynamics-flow.js';

export interface RecordDynamicsOptions {
  signal?: AbortSignal;
  /** Told before what may take long and is no start: the moments of views. */
  onStage?: (words: string) => void;
  /** Told what is to be followed, once the flow is made; and that it will take long. */
  onBegin?: (facts: BeginFacts) => void;
  onStart?: (outcome: StartOutcome) => void;
}

export interface BeginFacts {
  name: string;
  total: number;
  /** A sentence. */
  warning?: string;
}

export interface RecordedDynamics {
  summary: DynamicsSummary;
  /** As in the report: from the beginning until all was known. */
  seconds: number;
  /** report.html first. */
  files: string[];
}

/** Of the flow's natural amplitude: networks start small, and from there on collapse is to be seen. */
const SMALL_START = 0.1;
const LARGEST_START = 1e6;

/** Of this command and of a study: neither overwrites the other. */
const RESULTS = [...DYNAMICS_FILES, 'results.jsonl', 'config.json'];

/**
 * Follows a flow and writes report, figure and tables into a folder.
 *
 * @throws EigenviewError `FILE_EXISTS` for a folder with results, `IN_USE` while another process works in it, `FILE_IO`; as
 * {@link configuredFlow}, {@link checkCost} and {@link observe}; the signal's reason when aborted
 */
export async function recordDynamics(
  folder: string,
  config: DynamicsConfig,
  options: RecordDynamicsOptions = {},
): Promise<RecordedDynamics> {
  const { signal, onStage, onBegin, onStart } = options;
  refuseResults(folder);
  const begun = await provenance({ hash: digest(config), backend: config.backend });
  const call = { ...(signal && { signal }), ...(config.backend && { backend: config.backend }) };
  if (config.data !== undefined) onStage?.(`moments of views of ${config.data}`);
  const { flow, pair } = await configuredFlow(config, call);
  const warning = checkCost(flow, config.starts);
  const scale = config.scale ?? SMALL_START * flow.amplitude;
  // Sixth powers of a state are summed.
  checkNumber('--scale', scale, { max: LARGEST_START * flow.amplitude });
  const made = await makeFolder(folder);
  const lock = await acquireLock(folder);
  try {
    refuseResults(folder);
    await removeLeftovers(folder);
    onBegin?.({ name: pair.name, total: config.starts, ...(warning !== undefined && { warning }) });
    const resolved = { ...config, ...(pair.data?.samples && { samples: pair.data.samples }), scale };
    const run = await observe(flow, { config: resolved, pair }, observeOptions(config, scale, call, onStart));
    signal?.throwIfAborted();
    const ended = new Date();
    const { reused, ...from } = begun;
    const seconds = (ended.getTime() - Date.parse(from.started)) / 1000;
    const files = await writeDynamics(folder, run, { ...from, ended: ended.toISOString(), seconds });
    return { summary: run.summary, seconds, files };
  } finally {
    await lock.release();
    // A folder that was made for a run that failed; one with anything in it stays.
    if (made) await rmdir(folder).catch(() => undefined);
  }
}

function observeOptions(
  { starts, seed, tMax, rtol, atol, maxSteps }: DynamicsConfig,
  scale: number,
  call: CallOptions,
  onStart: RecordDynamicsOptions['onStart'],
) {
  const asked = { tMax, rtol, atol, maxSteps };
  return {
    starts,
    seed,
    scale,
    integrate: Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
    ...(onStart && { onStart }),
    ...call,
  };
}

function refuseResults(folder: string): void {
  const found = RESULTS.find((name) => existsSync(join(folder, name)));
  if (found === undefined) return;
  throw new EigenviewError('FILE_EXISTS', 'There are results of an earlier run.', {
    file: join(folder, found),
    fix: 'Choose another folder, or remove them.',
  });
}
