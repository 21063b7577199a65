import fc from 'fast-check';
import type { EntryContent } from '../../../src/formats/entry.js';
import { memberPath } from '../../../src/formats/member-path.js';
import type { CpioEntry } from '../../../src/formats/cpio/writer.js';

export const file = (path: string, text = '', mode = 0o644): CpioEntry => ({
  path,
  mode,
  type: 'file',
  data: new TextEncoder().encode(text),
});

/** The skeleton of what the kernel is given: every type of member, and links both ways. */
export const SAMPLE: readonly CpioEntry[] = [
  file('/init', '#!/bin/sh\n', 0o755),
  { path: '/dev/console', mode: 0o600, type: 'character-device', major: 5, minor: 1 },
  { path: '/dev/vda', mode: 0o660, gid: 6, type: 'block-device', major: 254, minor: 0 },
  { path: '/usr/lib', mode: 0o700, type: 'directory', mtime: { seconds: 1_700_000_000 } },
  { path: '/lib', mode: 0o777, type: 'symlink', target: 'usr/lib' },
  file('/usr/bin/tool', 'one file, three names', 0o755),
  { path: '/usr/bin/also', mode: 0, type: 'hardlink', target: '/usr/bin/tool' },
  { path: '/usr/bin/zest', mode: 0, type: 'hardlink', target: 'usr/bin/tool' },
  { path: '/run/pipe', mode: 0o600, type: 'fifo' },
  { path: '/run/socket', mode: 0o600, type: 'socket' },
  file('/etc/größe 模型', 'names are measured in bytes'),
  file('/etc/empty'),
];

type Unplaced<T> = T extends { type: 'hardlink' } ? never : Omit<T, 'path'>;

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const name = fc
  .string({ minLength: 1, maxLength: 12, unit: 'binary' })
  .filter((text) => !/[\0/]/.test(text) && text !== '.' && text !== '..' && text !== 'TRAILER!!!')
  .filter((text) => memberPath(text) === `/${text}`);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const attributes = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: uint32,
  gid: uint32,
  mtime: fc.record({ seconds: uint32 }),
});
const content: fc.Arbitrary<Unplaced<EntryContent>> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('file' as const), data: dataBytes() }) },
  fc.record({ type: fc.constant('directory' as const) }),
  fc.record({ type: fc.constant('symlink' as const), target: name }),
  fc.record({
    type: fc.constantFrom('character-device' as const, 'block-device' as const),
    major: fc.integer({ min: 0, max: 0xfff }),
    minor: fc.integer({ min: 0, max: 0xf_ffff }),
  }),
  fc.record({ type: fc.constantFrom('fifo' as const, 'socket' as const) }),
);

/** Lengths round the four-byte padding and beyond. */
function dataBytes(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 40 });
}

/** Trees that can be archived: distinct paths, nothing below what is no folder, some hard links. */
export const trees: fc.Arbitrary<CpioEntry[]> = fc
  .array(fc.tuple(path, attributes, content), { maxLength: 12 })
  .chain((candidates) => {
    const chosen = new Map<string, CpioEntry>();
    for (const [candidate, owner, what] of candidates) {
      const clashes = [...chosen].some(
        ([other, entry]) =>
          other === candidate ||
          (candidate.startsWith(`${other}/`) && entry.type !== 'directory') ||
          (other.startsWith(`${candidate}/`) && what.type !== 'directory'),
      );
      if (!clashes) chosen.set(candidate, { path: candidate, ...owner, ...what });
    }
    const files = [...chosen.values()].filter((entry) => entry.type === 'file');
    if (files.length === 0) return fc.constant([...chosen.values()]);
    return fc
      .array(fc.tuple(fc.nat(99), fc.constantFrom(...files)), { maxLength: 3 })
      .map((links) => {
        for (const [number, { path: target }] of links) {
          const link = `/link ${number}`;
          if (chosen.has(link)) continue;
          chosen.set(link, { path: link, mode: 0, type: 'hardlink', target });
        }
        return [...chosen.values()];
      });
  });
