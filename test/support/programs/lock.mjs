// For each folder that comes on a line of standard input, tries to take its lock and says `taken` or the error's code.
// Node reads no TypeScript: the test bundles it. As a worker thread: takes the lock of the folder it is given, says so, and ends when told to.
import { createInterface } from 'node:readline';
import { parentPort, workerData } from 'node:worker_threads';
import { acquireLock } from '../../../src/store/lock.js';

const outcome = (folder) =>
  acquireLock(folder).then(
    () => 'taken',
    (error) => error.code ?? String(error),
  );

if (parentPort === null) {
  for await (const folder of createInterface({ input: process.stdin })) console.log(await outcome(folder));
} else {
  parentPort.once('message', () => process.exit());
  parentPort.postMessage(await outcome(workerData));
}
