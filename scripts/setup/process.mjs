import { readdirSync, readFileSync } from 'node:fs';
import { probe } from './command.mjs';

const hasProc = process.platform === 'linux';

/**
 * When a process started, as an opaque word; undefined where there is no such process.
 *
 * @param {number} pid
 */
export function startOf(pid) {
  if (hasProc) return readStat(pid)?.start;
  return probe('ps', ['-o', 'lstart=', '-p', String(pid)])?.replace(/\W+/g, '_');
}

/**
 * @param {number} pid
 * @param {string | undefined} start what startOf said then
 */
export function isProcessAlive(pid, start) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  return startOf(pid) === start;
}

/**
 * Whether the process group that a process led still has members.
 *
 * @param {number} leader
 * @param {string | undefined} start what startOf(leader) said then
 */
export function isGroupAlive(leader, start) {
  if (!Number.isSafeInteger(leader) || leader <= 0) return false;
  const now = startOf(leader);
  // A number is not used again while its group has members: another leader means the group is gone.
  if (now !== undefined) return now === start;
  if (!hasProc) return existsGroup(leader);
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && readStat(Number(name))?.group === leader);
}

/** @param {number} group */
function existsGroup(group) {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Of /proc/pid/stat: field 5 (process group) and field 22 (start, clock ticks since boot). A zombie counts as gone: in a
 * container nobody may ever collect it.
 *
 * @param {number} pid
 */
function readStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name, field 2, is in parentheses and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : { group: Number(fields[2]), start: fields[19] };
  } catch {
    return undefined;
  }
}
