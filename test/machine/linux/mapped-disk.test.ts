import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MAX_MAPPED_FILES, linuxArguments } from '../../../src/machine/machine.js';
import { zosiaError } from '../../support/errors.js';
import { PLAIN_SPEC } from '../support/specs.js';

const devices = (files: readonly string[]): string[] => {
  const args = linuxArguments({ ...PLAIN_SPEC, disk: { format: 'table', files, rows: [] } });
  return args.filter((_, index) => /^-(?:blockdev|device)$/.test(args[index - 1] ?? ''));
};
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `part-${i}`);

describe('a disk of files', () => {
  it('gives the machine each file as it is, read-only, by number', () => {
    expect(devices(['/a,b', '/c'])).toEqual([
      'driver=file,node-name=file0,read-only=on,filename=/a,,b',
      'driver=raw,node-name=disk0,read-only=on,file=file0',
      'virtio-blk-pci,drive=disk0,serial=zosia-disk-0,addr=0x8.0,multifunction=on',
      'driver=file,node-name=file1,read-only=on,filename=/c',
      'driver=raw,node-name=disk1,read-only=on,file=file1',
      'virtio-blk-pci,drive=disk1,serial=zosia-disk-1,addr=0x8.1',
      'virtio-rng-pci,rng=random',
    ]);
  });

  it('puts eight of them into a slot, and no two into one place', () => {
    const places = devices(many(MAX_MAPPED_FILES)).flatMap(
      (device) => /addr=(\S+?)(?:,|$)/.exec(device)?.[1] ?? [],
    );
    expect(new Set(places).size).toBe(MAX_MAPPED_FILES);
    expect(places.at(-1)).toBe('0x1e.7');
    expect(devices(many(9)).filter((device) => device.includes('multifunction'))).toHaveLength(1);
    expect(devices(many(10)).filter((device) => device.includes('multifunction'))).toHaveLength(2);
  });

  it('refuses more files than there are places, which are no more than the guest knows', async () => {
    expect(() => devices(many(MAX_MAPPED_FILES + 1))).toThrow(zosiaError('ZOSIA_TOO_MANY_DISKS'));
    const header = await readFile('guest/init/model/mapped_disk.h', 'utf8');
    const [, count] = /MAPPED_DISKS_MAX = (\d+)/.exec(header)!;
    expect(Number(count)).toBeGreaterThanOrEqual(MAX_MAPPED_FILES);
  });
});
