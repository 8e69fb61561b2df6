import type { StartOutcome } from '../report/dynamics-run.js';
import { Output } from './output.js';
import type { ProgressMode } from './progress.js';

const CLEAR_LINE = '\r\x1b[K';
const BAR_WIDTH = 24;

export interface DynamicsProgressOptions {
  mode: ProgressMode;
  /** Of the pair. */
  name: string;
  /** How many starts. */
  total: number;
  stderr?: NodeJS.WritableStream;
  stdout?: NodeJS.WritableStream;
}

/**
 * How many starts have come to their end. People read it on standard error; machines read events on standard output, one
 * JSON object a line: `{event: 'begin', name, total}`, `{event: 'start', …outcome}` for each start and `{event: 'end', …}`.
 */
export class DynamicsProgress {
  readonly #mode: ProgressMode;
  readonly #total: number;
  readonly #stderr: Output;
  readonly #stdout: Output;
  #done = 0;
  #ended = false;

  constructor({ mode, name, total, stderr, stdout }: DynamicsProgressOptions) {
    this.#mode = mode;
    this.#total = total;
    this.#stderr = new Output(stderr ?? process.stderr);
    this.#stdout = new Output(stdout ?? process.stdout);
    if (mode === 'json') this.#event({ event: 'begin', name, total });
    if (mode === 'bar') this.#draw();
    if (mode === 'lines') this.#stderr.write(`dynamics: ${total} ${total === 1 ? 'start' : 'starts'}\n`);
  }

  start(outcome: StartOutcome): void {
    this.#done++;
    if (this.#mode === 'json') this.#event({ event: 'start', ...outcome });
    if (this.#mode === 'bar') this.#draw();
  }

  /** Leaves the terminal on a clean line. Again does nothing. */
  end(facts: Readonly<Record<string, unknown>> = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#mode === 'bar') this.#stderr.write(CLEAR_LINE);
    if (this.#mode === 'json') this.#event({ event: 'end', ...facts });
  }

  #event(event: Record<string, unknown>): void {
    this.#stdout.write(`${JSON.stringify(event)}\n`);
  }

  #draw(): void {
    const filled = Math.floor((BAR_WIDTH * this.#done) / this.#total);
    const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
    const line = `dynamics ${bar} ${this.#done}/${this.#total} starts`;
    this.#stderr.write(`${CLEAR_LINE}${line.slice(0, this.#stderr.columns - 1)}`);
  }
}
