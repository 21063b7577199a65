import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CAPACITY_SCRIPT, parseCapacity } from '../../../src/toolchain/docker/capacity.js';
import { skipWhere } from '../../support/skipping.js';

const MEMORY = 'MemTotal:       24689764 kB\nMemFree:  1 kB\nMemAvailable:   20971520 kB\n';
const DISK =
  'Filesystem     1024-blocks     Used Available Capacity Mounted on\noverlay          264164684 33554432   3145728      34% /\n';

describe('parseCapacity', () => {
  it('reads processors, memory and room', () => {
    expect(parseCapacity(`12\n${MEMORY}${DISK}`)).toEqual({
      processors: 12,
      memoryMiB: 20_480,
      freeMiB: 3072,
    });
  });

  it.each([
    ['memory.max:max\ncpu.max:max 100000\n', 12, 20_480],
    ['memory.max:2147483648\ncpu.max:max 100000\n', 12, 2048],
    ['memory.max:99999999999999\ncpu.max:250000 100000\n', 3, 20_480],
    ['cpu.max:50000 100000\n', 1, 20_480],
    ['memory.max:1048576\ncpu.max:1600000 100000\n', 12, 1],
    [
      'memory/memory.limit_in_bytes:9223372036854771712\ncpu/cpu.cfs_quota_us:-1\ncpu/cpu.cfs_period_us:100000\n',
      12,
      20_480,
    ],
    [
      'memory/memory.limit_in_bytes:1073741824\ncpu/cpu.cfs_quota_us:400000\ncpu/cpu.cfs_period_us:100000\n',
      4,
      1024,
    ],
  ])('keeps to what the control group may have: %j', (limits, processors, memoryMiB) => {
    expect(parseCapacity(`12\n${MEMORY}${limits}${DISK}`)).toEqual({
      processors,
      memoryMiB,
      freeMiB: 3072,
    });
  });

  it(
    'reads what a Linux system prints',
    skipWhere(process.platform !== 'linux', 'no Linux'),
    () => {
      const { stdout, status } = spawnSync('sh', ['-c', CAPACITY_SCRIPT], { encoding: 'utf8' });
      expect(status).toBe(0);
      const { processors, memoryMiB, freeMiB } = parseCapacity(stdout);
      expect(processors).toBeGreaterThan(0);
      expect(memoryMiB).toBeGreaterThan(0);
      expect(freeMiB).toBeGreaterThan(0);
    },
  );

  it('leaves out what is not told', () => {
    expect(parseCapacity('')).toEqual({ processors: 1 });
    expect(parseCapacity('sh: nproc: not found\n')).toEqual({ processors: 1 });
  });
});
