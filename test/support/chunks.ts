import type { Matrix } from '../../src/matrix/matrix.js';

/** Every chunk of a source. */
export async function chunksOf(source: AsyncIterable<Matrix>): Promise<Matrix[]> {
  const chunks: Matrix[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return chunks;
}

/** All rows of a source as nested arrays. */
export async function rowsOf(source: AsyncIterable<Matrix>): Promise<number[][]> {
  return (await chunksOf(source)).flatMap((chunk) => chunk.toArray());
}
