import { systemCode } from '../store/files.js';

/** Streams whose reader is gone, or that take no more. */
const broken = new WeakSet<NodeJS.WritableStream>();
const guarded = new WeakSet<NodeJS.WritableStream>();

/** Writes to a stream whose reader may leave, as `head` does: what it does not read is dropped, and nothing fails. */
export class Output {
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    if (guarded.has(stream)) return;
    guarded.add(stream);
    // Stays for as long as the stream: errors of a pipe come late.
    stream.on('error', (error: Error) => {
      const first = !broken.has(stream);
      broken.add(stream);
      if (!first || systemCode(error) === 'EPIPE' || stream === process.stderr) return;
      process.stderr.write(`eigenview: output is lost from here on (${error.message})\n`);
    });
  }

  /** Columns of the terminal, as they are now. */
  get columns(): number {
    return ('columns' in this.#stream && (this.#stream.columns as number | undefined)) || 80;
  }

  write(text: string): void {
    if (!broken.has(this.#stream)) this.#stream.write(text);
  }
}
