import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';

/** Bytes in order. */
export interface ByteStream {
  /** Fills the front of an array and says with how many bytes; 0 only at the end. */
  read(target: Uint8Array): Promise<number>;
  /** Stops what is under way; may close the file's handle. */
  close(): Promise<void>;
}

/** A compressed stream that ended before its file did. */
export class TrailingBytes extends Error {}

/** A stretch of a file as it is. */
export function rawStream(handle: FileHandle, start: number, length: number): ByteStream {
  let at = start;
  const end = start + length;
  return {
    async read(target) {
      const wanted = Math.min(target.length, end - at);
      if (wanted === 0) return 0;
      const { bytesRead } = await handle.read(target, 0, wanted, at);
      at += bytesRead;
      return bytesRead;
    },
    async close() {},
  };
}

/** Large pieces: with zlib's 16 KB, handing them over costs more than decompressing (MNIST: 190 ms against 90). */
const PIECE = 1 << 20;
/** Pieces that may wait for the reader: one who takes them in bursts has zlib work in between. */
const AHEAD = 4;

/**
 * A stretch of a file decompressed, in zlib's own thread and a few pieces ahead of the reader. zlib checks the CRC of gzip;
 * raw deflate has none.
 *
 * @throws TrailingBytes at the end, when compressed bytes are left over
 */
export function inflatedStream(handle: FileHandle, start: number, length: number, kind: 'gzip' | 'raw'): ByteStream {
  const options = { chunkSize: PIECE, readableHighWaterMark: AHEAD * PIECE };
  const inflate = kind === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  const input = handle.createReadStream({ start, end: start + length - 1, autoClose: false, highWaterMark: 1 << 18 });
  // The read stream closes the handle itself when it is destroyed; its event is the only sign of when that is done.
  const closed = new Promise<void>((resolve) => input.once('close', resolve));
  // Errors of either stream destroy the other and surface in the iterator below.
  pipeline(input, inflate, () => undefined);
  const pieces = inflate[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let piece: Uint8Array = new Uint8Array(0);
  return {
    async read(target) {
      if (target.length === 0) return 0;
      if (piece.length === 0) {
        const next = await pieces.next();
        if (next.done) {
          if (inflate.bytesWritten < length) throw new TrailingBytes();
          return 0;
        }
        piece = next.value;
      }
      const taken = piece.subarray(0, target.length);
      target.set(taken);
      piece = piece.subarray(taken.length);
      return taken.length;
    },
    async close() {
      await pieces.return?.();
      input.destroy();
      await closed;
    },
  };
}
