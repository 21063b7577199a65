import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedParts, parseRecord, snapshotKey } from '../../../src/machine/snapshot/record.js';

const PARTS = fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true });

describe('the key of a saved machine', () => {
  it('is another when any part is', () => {
    fc.assert(
      fc.property(PARTS, fc.string(), fc.string(), (parts, name, value) => {
        fc.pre(!Object.hasOwn(parts, name) || parts[name] !== value);
        const changed = Object.fromEntries([...Object.entries(parts), [name, value]]);
        expect(snapshotKey(changed)).not.toBe(snapshotKey(parts));
        expect(changedParts(parts, changed)).toEqual([name]);
      }),
    );
  });

  it('does not depend on the order of the parts', () => {
    fc.assert(
      fc.property(PARTS, (parts) => {
        const turned = Object.fromEntries(Object.entries(parts).reverse());
        expect(snapshotKey(turned)).toBe(snapshotKey(parts));
        expect(changedParts(turned, parts)).toEqual([]);
      }),
    );
  });

  it('tells apart what reads the same when it is put together', () => {
    expect(snapshotKey({ a: 'b","c":"d' })).not.toBe(snapshotKey({ a: 'b', c: 'd' }));
  });
});

describe('a record', () => {
  const record = {
    schema: 1,
    parts: { kernel: 'k' },
    machineType: 'virt-7.2',
    subject: { arch: 'aarch64', ramMiB: 576, cpus: 2, use: 'chat' },
    ram: { sizeBytes: 1, headSha256: 'h' },
    state: { sizeBytes: 1, sha256: 's' },
    console: { sizeBytes: 1, sha256: 'c' },
  };

  it('is read as it was written', () => {
    expect(parseRecord(JSON.stringify(record))).toEqual(record);
  });

  it.each([
    ['of another schema', JSON.stringify({ ...record, schema: 2 })],
    [
      'with a length below zero',
      JSON.stringify({ ...record, ram: { ...record.ram, sizeBytes: -1 } }),
    ],
    ['without its state', JSON.stringify({ ...record, state: undefined })],
    ['whose machine type has options', JSON.stringify({ ...record, machineType: 'virt-7.2,a=b' })],
    ['cut short', JSON.stringify(record).slice(0, -2)],
    ['that is empty', ''],
  ])('%s counts as none', (_, text) => {
    expect(parseRecord(text)).toBeUndefined();
  });
});
