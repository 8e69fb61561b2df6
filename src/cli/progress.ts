/** Progress on standard error: a bar that redraws itself on a terminal, else one line for every tenth of the way. */
export class Progress {
  readonly #total: number;
  readonly #label: string;
  readonly #terminal = process.stderr.isTTY === true;
  readonly #start = performance.now();
  #done = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #tenth = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
    if (!this.#terminal) this.#line();
  }

  advance(): void {
    this.#done++;
    if (this.#terminal) this.#redraw();
    else this.#report();
  }

  /** Leaves the terminal on a clean line. */
  end(): void {
    if (this.#terminal) process.stderr.write('\r\x1b[K');
  }

  #redraw(): void {
    const now = performance.now();
    if (now - this.#drawn < 50 && this.#done < this.#total) return;
    this.#drawn = now;
    const share = this.#done / this.#total;
    const bar = '█'.repeat(Math.round(24 * share)).padEnd(24, '░');
    const left = ((now - this.#start) / this.#done) * (this.#total - this.#done);
    process.stderr.write(
      `\r\x1b[K${this.#label} ${bar} ${this.#done}/${this.#total} cells, ${(left / 1000).toFixed(1)} s left`,
    );
  }

  #report(): void {
    const tenth = Math.floor((10 * this.#done) / this.#total);
    if (tenth === this.#tenth) return;
    this.#tenth = tenth;
    this.#line();
  }

  #line(): void {
    process.stderr.write(`${this.#label} ${this.#done}/${this.#total} cells\n`);
  }
}
