import { describe, expect, it } from 'vitest';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../src/formats/cpio/writer.js';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../src/formats/ext4/plan.js';
import { planFat } from '../../src/formats/fat/plan.js';
import type { FatEntry } from '../../src/formats/fat/plan.js';
import { ZosiaError } from '../../src/errors.js';
import { zosiaError } from '../support/errors.js';

/** Entries as JavaScript may give them. */
const PLANNERS: readonly (readonly [string, (entry: unknown) => unknown])[] = [
  ['ext4', (entry) => planExt4([entry as Ext4Entry], { label: 'X' })],
  ['FAT', (entry) => planFat([entry as FatEntry])],
  ['cpio', (entry) => planCpio([entry as CpioEntry])],
];

const FILE = { type: 'file', path: '/a', data: 'text' };

describe.each(PLANNERS)('an entry for %s', (format, plan) => {
  it.each([
    ['no object', 'a'],
    ['null', null],
    ['without a path', { type: 'file', data: '' }],
    ['of an unknown type', { ...FILE, type: 'fil' }],
    ['without data', { type: 'file', path: '/a' }],
    ['with a number as data', { ...FILE, data: 5 }],
    ['with an object as data', { ...FILE, data: {} }],
    ['with text as its mode', { ...FILE, mode: '0644' }],
    ['with a number as its time', { ...FILE, mtime: 1_700_000_000 }],
    ['with a Date as its time', { ...FILE, mtime: new Date(0) }],
    ['with an empty time', { ...FILE, mtime: {} }],
  ])('is rejected: %s', (_, entry) => {
    expect(() => plan(entry)).toThrow(zosiaError('ZOSIA_BAD_ENTRY'));
  });

  it.each([
    ['half a surrogate pair in its path', { ...FILE, path: '/\ud800' }],
    ['a mode below zero', { ...FILE, mode: -1 }],
    ['half a second', { ...FILE, mtime: { seconds: 0.5 } }],
    ['no number of seconds', { ...FILE, mtime: { seconds: Number.NaN } }],
  ])('is rejected by the rules of the format: %s', (_, entry) => {
    expect(() => plan(entry)).toThrow(ZosiaError);
  });

  it('may have bytes as its path in ext4, and is rejected with them elsewhere', () => {
    const entry = { ...FILE, path: Buffer.from('/a') };
    if (format === 'ext4') expect(plan(entry)).toEqual(plan(FILE));
    else expect(() => plan(entry)).toThrow(zosiaError('ZOSIA_BAD_ENTRY'));
  });

  it('may have undefined in place of what it leaves out', () => {
    const entry = { ...FILE, mode: undefined, uid: undefined, mtime: undefined };
    expect(plan(entry)).toEqual(plan(FILE));
  });

  it('is rejected if it lacks what its type has', () => {
    if (format === 'FAT') {
      // FAT has neither links nor devices.
      expect(() => plan({ type: 'symlink', path: '/a', target: 'b' })).toThrow(
        zosiaError('ZOSIA_BAD_ENTRY'),
      );
      return;
    }
    expect(() => plan({ type: 'symlink', path: '/a' })).toThrow(zosiaError('ZOSIA_BAD_ENTRY'));
    expect(() => plan({ type: 'block-device', path: '/a', major: 1 })).toThrow(/minor/);
  });
});
