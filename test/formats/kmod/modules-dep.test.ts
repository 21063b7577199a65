import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moduleNameOf } from '../../../src/formats/kmod/module-name.js';
import { loadOrder, parseModulesDep } from '../../../src/formats/kmod/modules-dep.js';
import { zosiaError } from '../../support/errors.js';

/** As depmod writes it: every line names all the module needs, directly or not. */
const MODULES_DEP = `kernel/drivers/virtio/virtio.ko:
kernel/drivers/virtio/virtio_ring.ko:
kernel/drivers/virtio/virtio_pci_modern_dev.ko:
kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio_pci_modern_dev.ko kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/char/hw_random/virtio-rng.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
`;

const names = (paths: readonly string[]): string[] =>
  paths.map((path) => path.slice(path.lastIndexOf('/') + 1));

describe('moduleNameOf', () => {
  it.each([
    ['kernel/drivers/char/hw_random/virtio-rng.ko', 'virtio_rng'],
    ['a/b.ko.xz', 'b'],
    ['b.ko.zst', 'b'],
    ['b.ko.gz', 'b'],
    ['modules.builtin', undefined],
    ['a.ko/notes', undefined],
  ])('maps %s to %s', (path, name) => {
    expect(moduleNameOf(path)).toBe(name);
  });
});

describe('parseModulesDep', () => {
  it('reads lines with none, one and several dependencies', () => {
    const parsed = parseModulesDep('a.ko:\n# comment\n\nb.ko: a.ko\nc.ko: b.ko a.ko\n');
    expect([...parsed]).toEqual([
      ['a.ko', []],
      ['b.ko', ['a.ko']],
      ['c.ko', ['b.ko', 'a.ko']],
    ]);
  });

  it.each(['a.ko', ': a.ko'])('refuses the line %j', (line) => {
    expect(() => parseModulesDep(line)).toThrow(zosiaError('ZOSIA_KERNEL_MODULES_DEP_INVALID'));
  });
});

describe('loadOrder', () => {
  const dependencies = parseModulesDep(MODULES_DEP);

  it('puts dependencies first, and each file once', () => {
    const order = loadOrder(dependencies, ['virtio_pci', 'virtio-blk', 'virtio_rng']);
    expect(names(order)).toEqual([
      'virtio_pci_modern_dev.ko',
      'virtio.ko',
      'virtio_ring.ko',
      'virtio_pci.ko',
      'virtio_blk.ko.xz',
      'virtio-rng.ko',
    ]);
  });

  it('skips built-in modules', () => {
    const builtin = 'kernel/fs/ext4/ext4.ko\nkernel/lib/crc-t10dif.ko\n';
    expect(loadOrder(dependencies, ['ext4', 'crc_t10dif'], { builtin })).toEqual([]);
  });

  it.each([
    ['wanted', 'a.ko:\n', ['b']],
    ['depended on', 'a.ko: b.ko\n', ['a']],
  ])('reports a missing module that is %s', (_, text, wanted) => {
    expect(() => loadOrder(parseModulesDep(text), wanted)).toThrow(
      zosiaError('ZOSIA_KERNEL_MODULE_MISSING'),
    );
  });

  it('reports the modules of a cycle, without those that lead to it', () => {
    const circle = parseModulesDep('a.ko: b.ko\nb.ko: c.ko\nc.ko: b.ko\nself.ko: self.ko\n');
    expect(() => loadOrder(circle, ['a'])).toThrow(zosiaError('ZOSIA_KERNEL_MODULE_CYCLE'));
    expect(() => loadOrder(circle, ['a'])).toThrow(/: b\.ko -> c\.ko -> b\.ko$/);
    expect(() => loadOrder(circle, ['self'])).toThrow(/self\.ko -> self\.ko/);
  });

  it('follows a chain of 50,000 modules', () => {
    const length = 50_000;
    const lines = Array.from({ length }, (_, index) => `m${index}.ko: m${index + 1}.ko`);
    const order = loadOrder(parseModulesDep([...lines, `m${length}.ko:`].join('\n')), ['m0']);
    expect(order).toHaveLength(length + 1);
    expect(order[0]).toBe(`m${length}.ko`);
  });

  it('orders any dependencies without cycles', () => {
    const graphs = fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc.tuple(
        // Each module depends on later ones only, so there is no cycle.
        fc.tuple(
          ...Array.from({ length: count }, (_, index) =>
            fc.subarray(
              Array.from({ length: count - index - 1 }, (_unused, later) => index + 1 + later),
            ),
          ),
        ),
        fc.uniqueArray(fc.nat(count - 1), { minLength: 1 }),
      ),
    );
    fc.assert(
      fc.property(graphs, ([edges, wanted]) => {
        const path = (index: number): string => `m${index}.ko`;
        const graph = new Map(edges.map((to, from) => [path(from), to.map(path)]));
        const order = loadOrder(
          graph,
          wanted.map((index) => `m${index}`),
        );
        expect(new Set(order).size).toBe(order.length);
        for (const index of wanted) expect(order).toContain(path(index));
        for (const [position, module] of order.entries()) {
          for (const needed of graph.get(module)!) {
            expect(order.slice(0, position)).toContain(needed);
          }
        }
      }),
    );
  });
});
