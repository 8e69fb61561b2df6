/** Variables that change BLAS behind a program's back. */
const MEDDLING = /^(OPENBLAS|GOTO|OMP|MKL|NPY|EIGENVIEW)_/;

export function isClean() {
  return !Object.keys(process.env).some((name) => MEDDLING.test(name));
}

export function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !MEDDLING.test(name)));
}
