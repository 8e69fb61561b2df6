import { probe } from './command.mjs';

/** The commands tried where $CXX says nothing: node-gyp's default first. */
export const compilers = process.platform === 'darwin' ? ['clang++'] : ['g++', 'c++', 'clang++'];

/** The C++ compiler to build with, a command line as $CXX may be one; undefined where none runs. */
export function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : compilers;
  return candidates.find((command) => probe('/bin/sh', ['-c', `${command} --version`]) !== undefined);
}
