import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemCode } from './files.js';

/**
 * Whether a process of this host runs that was started at a given time, as {@link processStart} gives it. Where the system
 * does not say when, its number alone counts.
 */
export async function isRunning(pid: number, start: string | null): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    // EPERM: it runs, for another user. Else there is none, or the number cannot be one of a process.
    if (systemCode(cause) !== 'EPERM') return false;
  }
  const actual = await processStart(pid);
  return actual !== ENDED && (start === null || actual === undefined || actual === start);
}

/** A process that has ended and only waits for its parent to notice. */
const ENDED = 'ended';

/** When a process was started, in words of this host's; undefined where the system does not say. */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await startInProc(pid);
    if (process.platform === 'win32') return undefined;
    // Neither the user's language nor a change of time zone may make two times of one.
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Clock ticks from boot to start, and which boot. */
async function startInProc(pid: number): Promise<string> {
  const [facts, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ]);
  // The second field is the program's name in parentheses, and may hold any character; state is the 3rd, start the 22nd.
  const fields = facts.slice(facts.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? ENDED : `${boot.trim()}/${fields[19]}`;
}
