import type { StartOutcome } from '../report/dynamics-run.js';
import { Output } from './output.js';
import type { ProgressMode } from './progress.js';

const CLEAR_LINE = '\r\x1b[K';
const BAR_WIDTH = 24;

/** Lines of a log are at least so far apart. */
const LINES_MS = 5000;

export interface DynamicsProgressOptions {
  mode: ProgressMode;
  stderr?: NodeJS.WritableStream;
  stdout?: NodeJS.WritableStream;
}

/** What is to be followed. */
export interface DynamicsBegin {
  /** Of the pair. */
  name: string;
  /** How many starts. */
  total: number;
  /** Said first: that it will take long. */
  warning?: string;
}

/**
 * How many starts have come to their end. People read it on standard error; machines read events on standard output, one
 * JSON object a line: `{event: 'stage', words}`, `{event: 'begin', name, total, warning?}`, `{event: 'start', …outcome}` for
 * each start and `{event: 'end', …}`.
 */
export class DynamicsProgress {
  readonly #mode: ProgressMode;
  readonly #stderr: Output;
  readonly #stdout: Output;
  #total = 0;
  #done = 0;
  #begun = false;
  #ended = false;
  #said = 0;

  constructor({ mode, stderr, stdout }: DynamicsProgressOptions) {
    this.#mode = mode;
    this.#stderr = new Output(stderr ?? process.stderr);
    this.#stdout = new Output(stdout ?? process.stdout);
  }

  /** What goes on before there are starts to count. */
  stage(words: string): void {
    this.#begun = true;
    if (this.#mode === 'json') this.#event({ event: 'stage', words });
    if (this.#mode === 'bar') this.#put(`dynamics: ${words} …`);
    if (this.#mode === 'lines') this.#line(words);
  }

  begin(facts: DynamicsBegin): void {
    const { total, warning } = facts;
    this.#total = total;
    this.#begun = true;
    if (this.#mode === 'json') this.#event({ event: 'begin', ...facts });
    if (warning !== undefined && this.#mode === 'bar') this.#stderr.write(`${CLEAR_LINE}dynamics: ${warning}\n`);
    if (warning !== undefined && this.#mode === 'lines') this.#line(warning);
    if (this.#mode === 'bar') this.#draw();
    if (this.#mode === 'lines') this.#line(`${total} ${total === 1 ? 'start' : 'starts'}`);
  }

  start(outcome: StartOutcome): void {
    this.#done++;
    if (this.#mode === 'json') this.#event({ event: 'start', ...outcome });
    if (this.#mode === 'bar') this.#draw();
    if (this.#mode === 'lines' && this.#done < this.#total && performance.now() - this.#said > LINES_MS)
      this.#line(`${this.#done}/${this.#total} starts`);
  }

  /** Whether anything was said that wants an end. */
  get begun(): boolean {
    return this.#begun;
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

  #line(words: string): void {
    this.#said = performance.now();
    this.#stderr.write(`dynamics: ${words}\n`);
  }

  #draw(): void {
    const filled = Math.floor((BAR_WIDTH * this.#done) / this.#total);
    const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
    this.#put(`dynamics ${bar} ${this.#done}/${this.#total} starts`);
  }

  #put(line: string): void {
    this.#stderr.write(`${CLEAR_LINE}${line.slice(0, this.#stderr.columns - 1)}`);
  }
}
