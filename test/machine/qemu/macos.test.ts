import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isTranslated, quickProcessors, translatedNotes } from '../../../src/machine/qemu/macos.js';
import type { MacContext } from '../../../src/machine/qemu/macos.js';

/** A Mac on which sysctl(8) knows these values, and that notes what it was asked. */
function mac(
  values: Readonly<Record<string, string>>,
  rest: Partial<MacContext> = {},
): MacContext & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    platform: 'darwin',
    nodeArch: 'x64',
    asked,
    sysctl: (name) => {
      asked.push(name);
      return Promise.resolve(values[name]);
    },
    ...rest,
  };
}

describe('isTranslated', () => {
  it('returns what macOS says of a process for Intel', async () => {
    expect(await isTranslated(mac({ 'sysctl.proc_translated': '1' }))).toBe(true);
    expect(await isTranslated(mac({ 'sysctl.proc_translated': '0' }))).toBe(false);
    // An Intel Mac knows no such name.
    expect(await isTranslated(mac({}))).toBe(false);
  });

  it.each([{ nodeArch: 'arm64' }, { platform: 'linux' }] as const)(
    'runs nothing where translation is impossible: %j',
    async (rest) => {
      const host = mac({ 'sysctl.proc_translated': '1' }, rest);
      expect(await isTranslated(host)).toBe(false);
      expect(host.asked).toEqual([]);
    },
  );
});

describe('translatedNotes', () => {
  it('says what to install', () => {
    expect(translatedNotes(true)).toEqual([expect.stringMatching(/Rosetta.*arm64/)]);
    expect(translatedNotes(false)).toEqual([]);
  });
});

describe('quickProcessors', () => {
  it('returns the number of performance cores on Apple silicon', async () => {
    expect(await quickProcessors(mac({ 'hw.perflevel0.physicalcpu': '4' }), 10)).toBe(4);
    expect(await quickProcessors(mac({ 'hw.perflevel0.physicalcpu': '12' }), 10)).toBe(10);
  });

  it.each(['', '0', 'many'])('returns all processors when macOS says "%s"', async (text) => {
    expect(await quickProcessors(mac({ 'hw.perflevel0.physicalcpu': text }), 8)).toBe(8);
  });

  it('returns all processors on an Intel Mac and elsewhere', async () => {
    expect(await quickProcessors(mac({}), 8)).toBe(8);
    const linux = mac({ 'hw.perflevel0.physicalcpu': '4' }, { platform: 'linux' });
    expect(await quickProcessors(linux, 8)).toBe(8);
    expect(linux.asked).toEqual([]);
    if (process.platform === 'linux') expect(await quickProcessors()).toBe(availableParallelism());
  });
});
