import type { Capacity } from '../builder.js';

const KIB_PER_MIB = 1024;

/**
 * Reads what a Linux system says of itself: nproc(1), then proc_meminfo(5), then `df -Pk` (POSIX: six columns, the
 * fourth is what is free, in KiB).
 */
export function parseCapacity(text: string): Capacity {
  const [processors, ...rest] = text.split('\n');
  const memory = /^MemAvailable: +(\d+) kB$/m.exec(text)?.[1];
  const free = /^\S+ +\d+ +\d+ +(\d+) +\d+%/.exec(
    rest.filter((line) => line !== '').at(-1) ?? '',
  )?.[1];
  const mib = (kib: string | undefined): number | undefined =>
    kib === undefined ? undefined : Math.floor(Number(kib) / KIB_PER_MIB);
  return {
    processors: Math.max(1, Number.parseInt(processors ?? '', 10) || 1),
    memoryMiB: mib(memory),
    freeMiB: mib(free),
  };
}
