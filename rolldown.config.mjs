/**
 * dist: the library and the command, and in chunks what they share or load late. Loading a file costs Node a third of a
 * millisecond: as one file a module, importing the package took three times as long.
 */
export default {
  input: { index: './src/index.ts', 'cli/main': './src/cli/main.ts' },
  platform: 'node',
  external: (/** @type {string} */ id) => !/^[./]/.test(id),
  output: {
    format: 'esm',
    entryFileNames: '[name].js',
    // Without a hash: what a running program loads late is still there after the next build.
    chunkFileNames: 'chunks/[name].js',
    sourcemap: true,
  },
};
