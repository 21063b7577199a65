import { describe, expect, it } from 'vitest';
import { parseCapacity } from '../../../src/toolchain/docker/capacity.js';

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

  it('leaves out what is not told', () => {
    expect(parseCapacity('')).toEqual({ processors: 1 });
    expect(parseCapacity('sh: nproc: not found\n')).toEqual({ processors: 1 });
  });
});
