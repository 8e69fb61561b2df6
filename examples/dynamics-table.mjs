// The table that the examples of the dynamics print: what theory predicts beside what is observed. Not an example
// itself.

/** Rows of [what, predicted, observed, largest difference allowed]; one that is further off makes the exit code 1. */
export function compare(rows) {
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log([''.padEnd(width), 'predicted'.padStart(12), 'observed'.padStart(12), 'within'.padStart(8)].join(' '));
  for (const [what, predicted, observed, within] of rows) {
    const agrees = within === undefined ? predicted === observed : Math.abs(predicted - observed) <= within;
    if (!agrees) process.exitCode = 1;
    const values = [predicted, observed].map((value) => shown(value).padStart(12));
    const tolerance = (within?.toExponential(0) ?? '').padStart(8);
    console.log([what.padEnd(width), ...values, tolerance, agrees ? '' : 'DISAGREE'].join(' ').trimEnd());
  }
}

function shown(value) {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-4 ? value.toExponential(1) : value.toFixed(Math.abs(value) < 0.1 ? 8 : 6);
}
