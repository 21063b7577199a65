import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';

/** The processes of this host, as far as telling a living one from a dead one goes. */
export interface ProcessTable {
  /**
   * Tables of the same place list the same processes under the same numbers. Eight digits and letters: four for
   * where the processes are, four for the boot since which their numbers and starts mean anything.
   */
  readonly place: string;
  /** When this process started; of letters and digits only. */
  readonly ownStart: string;
  /** Whether the process that had this number and start still runs. A number may be given out again. */
  readonly isRunning: (pid: number, start: string) => boolean;
}

/** The table of the host that this runs on. */
export function hostProcesses(): ProcessTable {
  try {
    return procTable();
  } catch {
    // Not Linux, or a Linux without /proc.
    return psTable();
  }
}

/**
 * Linux's /proc. Starts are counted in clock ticks since the boot, so the place is the boot, and the
 * namespace that process numbers belong to: containers may share folders, but not their processes.
 *
 * @param machineId the file that tells a host from others of the same name: machine-id(5)
 * @throws the system's error where there is no such folder
 */
export function procTable(folder = '/proc', machineId = '/etc/machine-id'): ProcessTable {
  const boot = readFileSync(`${folder}/sys/kernel/random/boot_id`, 'utf8').trim();
  const namespace = readlinkSync(`${folder}/self/ns/pid`);
  const own = parseProcStat(readFileSync(`${folder}/self/stat`, 'utf8'));
  return {
    place: placeOf(['proc', hostname(), readIfThere(machineId), namespace], boot),
    ownStart: own.start,
    isRunning(pid, start) {
      let text: string;
      try {
        text = readFileSync(`${folder}/${pid}/stat`, 'utf8');
      } catch (error) {
        // ESRCH: it ended between being opened and being read.
        const code = (error as NodeJS.ErrnoException).code;
        return code !== 'ENOENT' && code !== 'ESRCH';
      }
      const found = parseProcStat(text);
      return found.start === start && !DEAD_STATES.includes(found.state);
    },
  };
}

/**
 * Whether a place is one of this host before it was started anew: all processes there have ended. The first
 * namespace of a host has the same number after each boot; others are not recognised.
 */
export const isBeforeReboot = (place: string, here: string): boolean =>
  place !== here && place.slice(0, PART_DIGITS) === here.slice(0, PART_DIGITS);

/** A zombie has ended; only its exit status is left. */
const DEAD_STATES: readonly string[] = ['Z', 'X', 'x'];

/**
 * Reads /proc/PID/stat (kernel documentation, filesystems/proc): the state is its third field, the start
 * in clock ticks since the boot its 22nd. The second, a name in parentheses, may itself have any character.
 */
export function parseProcStat(text: string): { state: string; start: string } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', start: fields[19] ?? '' };
}

/** What ps(1) prints for one process, or undefined where there is none; throws where ps cannot be run. */
export type RunPs = (pid: number) => string | undefined;

/** Time of a start as ps(1) tells it is in whole seconds; this process's own is computed. */
const TOLERANCE_SECONDS = 60;

/**
 * ps(1), as on macOS. Starts are in seconds since 1970, which no reboot repeats.
 *
 * @param uptimeSeconds how long this process has been running
 */
export function psTable(
  runPs: RunPs = runHostPs,
  uptimeSeconds = process.uptime(),
  nowMs = Date.now(),
): ProcessTable {
  return {
    place: placeOf(['ps', hostname()], ''),
    ownStart: String(Math.round(nowMs / 1000 - uptimeSeconds)),
    isRunning(pid, start) {
      let text: string | undefined;
      try {
        text = runPs(pid);
      } catch {
        return true;
      }
      const found = text === undefined ? undefined : parsePs(text);
      return found !== undefined && Math.abs(found - Number(start)) <= TOLERANCE_SECONDS;
    },
  };
}

/**
 * Reads `Ss   Sat Nov 28 01:35:18 2026`, with the time in UTC.
 *
 * @returns seconds since 1970, or undefined for a process that has ended
 */
export function parsePs(text: string): number | undefined {
  const found = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(text);
  if (!found || found[1]!.startsWith('Z')) return undefined;
  const milliseconds = Date.parse(`${found[2]!} UTC`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function runHostPs(pid: number): string | undefined {
  // Every command has a table; few hosts, ones without /proc, have to load what starts processes for it.
  const require = createRequire(import.meta.url);
  const { execFileSync } = require('node:child_process') as typeof import('node:child_process');
  try {
    const ps = ['ps', '-o', 'stat=', '-o', 'lstart=', '-p', String(pid)];
    return execFileSync('env', ['LC_ALL=C', 'TZ=UTC0', ...ps], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    if ((error as { status?: number | null | undefined }).status === 1) return undefined;
    throw error;
  }
}

const PART_DIGITS = 4;

const placeOf = (where: readonly string[], boot: string): string =>
  digitsOf(where.join('\n')) + digitsOf(boot);

function digitsOf(text: string): string {
  const number = createHash('sha256').update(text).digest().readUInt32BE();
  return number.toString(36).padStart(PART_DIGITS, '0').slice(-PART_DIGITS);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
