import type { FailedCell, StudyCell } from '../study/cell.js';
import { Output } from './output.js';

/** `bar` redraws itself on a terminal; `lines` are for files and pipes, `json` for machines. */
export type ProgressMode = 'bar' | 'lines' | 'json' | 'quiet';

export interface ProgressOptions {
  mode: ProgressMode;
  /** What goes on, such as "study of mnist". */
  label: string;
  /** Cells there are to be in the end. */
  total: number;
  /** Cells that an earlier run has finished. Default 0. */
  finished?: number;
  /** Where `bar` and `lines` go. */
  stderr?: NodeJS.WriteStream | NodeJS.WritableStream;
  /** Where `json` goes. */
  stdout?: NodeJS.WriteStream | NodeJS.WritableStream;
}

/** The mode that flags and the terminal ask for. */
export function progressMode(flags: { json?: boolean; quiet?: boolean }, stderr = process.stderr): ProgressMode {
  if (flags.json) return 'json';
  if (flags.quiet) return 'quiet';
  return stderr.isTTY === true && process.env.TERM !== 'dumb' ? 'bar' : 'lines';
}

/** A bar is drawn at most 20 times a second. */
const REDRAW_MS = 50;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\x1b[K';

/**
 * How far a study is. People read it on standard error; machines read events on standard output, one JSON object a line:
 * `{event: 'start', total, finished}`, `{event: 'cell', …cell}`, `{event: 'failure', …cell, error}`,
 * `{event: 'message', text}` and `{event: 'end', …facts}`.
 *
 * @example
 * ```ts
 * const progress = new Progress({ mode: progressMode(flags), label: 'study of mnist', total: 540, finished: 12 });
 * for await (const cell of cells) progress.cell(cell);
 * progress.end({ finished: 540, failed: 0 });
 * ```
 */
export class Progress {
  readonly #mode: ProgressMode;
  readonly #label: string;
  readonly #total: number;
  readonly #finished: number;
  readonly #stderr: Output;
  readonly #stdout: Output;
  readonly #start = performance.now();
  #computed = 0;
  #failed = 0;
  #tenth: number;
  #drawn = Number.NEGATIVE_INFINITY;
  #pending: NodeJS.Timeout | undefined;
  #ended = false;

  constructor({ mode, label, total, finished = 0, stderr, stdout }: ProgressOptions) {
    this.#mode = mode;
    this.#label = printable(label).replaceAll('\n', '?');
    this.#total = total;
    this.#finished = finished;
    this.#stderr = new Output(stderr ?? process.stderr);
    this.#stdout = new Output(stdout ?? process.stdout);
    this.#tenth = this.#tenths();
    if (mode === 'json') this.#event({ event: 'start', total, finished });
    if (mode === 'bar') this.#draw();
    if (mode === 'lines') this.#line();
  }

  /** A cell is finished. */
  cell(cell: StudyCell): void {
    this.#step({ event: 'cell', ...cell });
  }

  /** A cell could not be computed. */
  failure(failed: FailedCell): void {
    this.#failed++;
    this.#step({ event: 'failure', ...failed });
  }

  /** A line of its own, between lines or above the bar. */
  message(text: string): void {
    if (this.#mode === 'json') this.#event({ event: 'message', text });
    if (this.#mode === 'bar') {
      this.#stderr.write(`${CLEAR_LINE}${printable(text)}\n`);
      if (!this.#ended) this.#draw();
    }
    if (this.#mode === 'lines') this.#stderr.write(`${printable(text)}\n`);
  }

  /** The end, whether all cells are done or not; leaves the terminal on a clean line. Again does nothing. */
  end(facts: Readonly<Record<string, unknown>> = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#pending);
    if (this.#mode === 'bar') this.#stderr.write(CLEAR_LINE);
    if (this.#mode === 'json') this.#event({ event: 'end', ...facts });
  }

  #step(event: Record<string, unknown>): void {
    this.#computed++;
    if (this.#mode === 'json') this.#event(event);
    if (this.#mode === 'bar') this.#redraw();
    if (this.#mode === 'lines' && this.#tenths() > this.#tenth) this.#line();
  }

  #event(event: Record<string, unknown>): void {
    this.#stdout.write(`${JSON.stringify(event)}\n`);
  }

  get #done(): number {
    return this.#finished + this.#computed;
  }

  #tenths(): number {
    return this.#total === 0 ? 10 : Math.floor((10 * this.#done) / this.#total);
  }

  #line(): void {
    this.#tenth = this.#tenths();
    this.#stderr.write(`${this.#label} ${this.#facts()}\n`);
  }

  /** Draws now, or as soon as it may: the last of a burst of cells shows too. */
  #redraw(): void {
    if (this.#ended || this.#pending !== undefined) return;
    const wait = this.#drawn + REDRAW_MS - performance.now();
    if (wait <= 0) this.#draw();
    else this.#pending = setTimeout(() => this.#draw(), wait).unref();
  }

  #draw(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#drawn = performance.now();
    // The last column stays free: a cursor behind it would wrap.
    const columns = this.#stderr.columns - 1;
    const facts = this.#facts();
    const rest = columns - width(facts) - 1;
    const bar = Math.min(BAR_WIDTH, rest - width(this.#label) - 1);
    const parts = bar >= 4 ? [this.#label, this.#bar(bar), facts] : [cut(this.#label, rest), facts];
    this.#stderr.write(`${CLEAR_LINE}${cut(parts.filter(Boolean).join(' '), columns)}`);
  }

  #bar(columns: number): string {
    const share = this.#total === 0 ? 1 : Math.min(1, this.#done / this.#total);
    return '█'.repeat(Math.floor(columns * share)).padEnd(columns, '░');
  }

  /** Cells done, rate, time left and failures, as far as they can be said. */
  #facts(): string {
    const parts = [`${this.#done}/${this.#total} cells`];
    const seconds = (performance.now() - this.#start) / 1000;
    if (this.#computed > 0 && seconds > 0) {
      const rate = this.#computed / seconds;
      const left = Math.max(0, this.#total - this.#done) / rate;
      parts.push(`${rate >= 10 ? rate.toFixed(0) : Number(rate.toPrecision(2))} cells/s`, `${duration(left)} left`);
    }
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    return parts.join(', ');
  }
}

/** In the one or two units that say it, such as `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 3599.5) return inUnits(seconds, 60, 'min', 's');
  if (seconds < 24 * 3600 - 30) return inUnits(seconds / 60, 60, 'h', 'min');
  return inUnits(seconds / 3600, 24, 'd', 'h');
}

function inUnits(amount: number, per: number, large: string, small: string): string {
  const count = Math.round(amount);
  return `${Math.floor(count / per)} ${large} ${String(count % per).padStart(2, '0')} ${small}`;
}

/** Text without what would move the cursor: names of files may hold anything. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '?');
}

/** Columns that a text takes on a terminal. */
function width(text: string): number {
  let columns = 0;
  for (const symbol of text) columns += columnsOf(symbol);
  return columns;
}

function cut(text: string, columns: number): string {
  let rest = columns;
  let kept = '';
  for (const symbol of text) {
    rest -= columnsOf(symbol);
    if (rest < 0) break;
    kept += symbol;
  }
  return kept;
}

function columnsOf(symbol: string): number {
  if (/\p{M}/u.test(symbol)) return 0;
  return /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
    symbol,
  )
    ? 2
    : 1;
}
