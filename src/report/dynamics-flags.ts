/** What the library calls its options, and what the command line calls them. */
const FLAGS: readonly [RegExp, string][] = [
  [/ with encoders: '(\w+)'/g, ' with --encoders $1'],
  [/\bencoders: '(\w+)'/g, '--encoders $1'],
  [/\bpredictor: '(\w+)'/g, '--predictor $1'],
  [/\bpeiraFlow\b/g, '--flow peira'],
  [/, or method 'auto'/g, ''],
  [/\bat a smaller scale\b/g, 'with a smaller --scale'],
  [/\btMax\b/g, '--t-max'],
  [/\bmaxSteps\b/g, '--max-steps'],
  [/\btargetRate\b/g, '--target-rate'],
  [/(?<!-)\brtol\b/g, '--rtol'],
  [/(?<!-)\batol\b/g, '--atol'],
  [/`centered`/g, '--centered'],
];

/**
 * A sentence of the library's, in the words of `eigenview dynamics`: options by their flags.
 *
 * @example
 * ```ts
 * inFlags('A larger tMax goes on.'); // 'A larger --t-max goes on.'
 * ```
 */
export function inFlags(words: string): string {
  return FLAGS.reduce((text, [name, flag]) => text.replace(name, flag), words);
}
