import { MIB } from '../../image/units.js';
import type { Capacity } from '../builder.js';

const KIB_PER_MIB = 1024;

/**
 * Prints what {@link parseCapacity} reads, in a container: nproc(1), proc_meminfo(5), what its control group may have,
 * and `df -Pk` (POSIX: six columns, the fourth is what is free, in KiB). Docker Desktop's daemon is in a virtual
 * machine, which these are about: what the host has is of no use there.
 *
 * The limits are those of control groups of version 2, or of version 1 (kernel
 * Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst), each behind the name of its file.
 */
export const CAPACITY_SCRIPT = [
  'nproc',
  'cat /proc/meminfo',
  '(cd /sys/fs/cgroup && grep -s . memory.max cpu.max memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us)',
  'df -Pk .',
].join('\n');

/** Reads what {@link CAPACITY_SCRIPT} prints, as far as it is there. */
export function parseCapacity(text: string): Capacity {
  const number = (pattern: RegExp): number | undefined => {
    const digits = pattern.exec(text)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  const memoryKiB = number(/^MemAvailable: +(\d+) kB$/m);
  const freeKiB = number(/^\S+ +\d+ +\d+ +(\d+) +\d+% /m);
  const memory = [
    memoryKiB === undefined ? undefined : memoryKiB / KIB_PER_MIB,
    // Without a limit it is "max", or a number beyond all memory.
    inMiB(number(/^memory\.max:(\d+)$/m)),
    inMiB(number(/^memory\/memory\.limit_in_bytes:(\d+)$/m)),
  ].filter((each) => each !== undefined);
  const processors = [
    number(/^(\d+)$/m) ?? 1,
    // So much time of processors in each period, in microseconds: "max", or -1, without a limit.
    (number(/^cpu\.max:(\d+) \d+$/m) ?? Infinity) / (number(/^cpu\.max:\d+ (\d+)$/m) ?? 1),
    (number(/^cpu\/cpu\.cfs_quota_us:(\d+)$/m) ?? Infinity) /
      (number(/^cpu\/cpu\.cfs_period_us:(\d+)$/m) ?? 1),
  ];
  return {
    processors: Math.max(1, Math.ceil(Math.min(...processors))),
    memoryMiB: memory.length === 0 ? undefined : Math.floor(Math.min(...memory)),
    freeMiB: freeKiB === undefined ? undefined : Math.floor(freeKiB / KIB_PER_MIB),
  };
}

const inMiB = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : bytes / MIB;
