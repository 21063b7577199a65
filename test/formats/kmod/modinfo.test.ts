import { describe, expect, it } from 'vitest';
import { gzip } from '../../../src/formats/compression/gzip.js';
import {
  decompressModule,
  dependenciesFromModinfo,
  readModinfo,
} from '../../../src/formats/kmod/modinfo.js';
import { loadOrder } from '../../../src/formats/kmod/modules-dep.js';
import { zosiaError } from '../../support/errors.js';
import { PLAIN, XZ, ZSTD } from '../compression/samples.js';
import { buildElf } from '../elf/build.js';

function moduleOf(fields: readonly string[]): Uint8Array {
  const modinfo = new TextEncoder().encode(fields.map((field) => `${field}\0`).join(''));
  return buildElf({
    sections: [
      ['.text', new Uint8Array(7)],
      ['.modinfo', modinfo],
    ],
  });
}

describe('readModinfo', () => {
  it('reads names, dependencies and repeated fields', () => {
    const module = moduleOf([
      'license=GPL',
      'alias=virtio:d00000002v*',
      'alias=second=with equals',
      'depends=virtio,virtio_ring',
      'name=virtio_blk',
      'vermagic=6.1.0-50-cloud-arm64 SMP mod_unload',
      '',
      '',
    ]);
    const info = readModinfo(module);
    expect(info).toMatchObject({
      name: 'virtio_blk',
      depends: ['virtio', 'virtio_ring'],
      vermagic: '6.1.0-50-cloud-arm64 SMP mod_unload',
    });
    expect(info.fields.get('alias')).toEqual(['virtio:d00000002v*', 'second=with equals']);
    expect(info.fields.size).toBe(5);
  });

  it('returns no dependencies for an empty field, or without .modinfo', () => {
    expect(readModinfo(moduleOf(['depends='])).depends).toEqual([]);
    expect(readModinfo(buildElf({}))).toEqual({ depends: [], fields: new Map() });
  });

  it('rejects a file that is not ELF', () => {
    expect(() => readModinfo(PLAIN)).toThrow(zosiaError('ZOSIA_ELF_INVALID'));
  });
});

describe('decompressModule', () => {
  it.each([
    ['/lib/modules/6.12/kernel/a.ko.xz', XZ],
    ['a.ko.zst', ZSTD],
    ['a.ko', PLAIN],
  ])('decompresses %s by its name', async (path, bytes) => {
    expect(await decompressModule(path, bytes)).toEqual(PLAIN);
  });

  it('decompresses gzip', async () => {
    expect(await decompressModule('a.ko.gz', await gzip(PLAIN))).toEqual(PLAIN);
  });
});

describe('dependenciesFromModinfo', () => {
  const modules = new Map([
    ['/m/virtio.ko', moduleOf(['depends='])],
    ['/m/virtio_ring.ko', moduleOf(['depends='])],
    ['/m/virtio-blk.ko', moduleOf(['depends=virtio,virtio-ring'])],
    ['/m/top.ko', moduleOf(['depends=virtio_blk,crc_t10dif'])],
    ['/m/damaged.ko', PLAIN],
    ['/m/modules.order', PLAIN],
  ]);
  const builtin = 'kernel/lib/crc-t10dif.ko\n';

  it('follows the depends fields from the wanted modules, and skips built-in ones', async () => {
    const dependencies = await dependenciesFromModinfo(modules, ['top'], { builtin });
    expect(dependencies).toEqual(
      new Map([
        ['/m/top.ko', ['/m/virtio-blk.ko']],
        ['/m/virtio-blk.ko', ['/m/virtio.ko', '/m/virtio_ring.ko']],
        ['/m/virtio.ko', []],
        ['/m/virtio_ring.ko', []],
      ]),
    );
    expect(loadOrder(dependencies, ['top'], { builtin })).toEqual([
      '/m/virtio.ko',
      '/m/virtio_ring.ko',
      '/m/virtio-blk.ko',
      '/m/top.ko',
    ]);
  });

  it('reads compressed modules', async () => {
    const packed = new Map([['/m/a.ko.gz', await gzip(moduleOf(['depends=']))]]);
    expect(await dependenciesFromModinfo(packed, ['a'])).toEqual(new Map([['/m/a.ko.gz', []]]));
  });

  it('returns no dependencies for a built-in module', async () => {
    expect(await dependenciesFromModinfo(modules, ['crc_t10dif'], { builtin })).toEqual(new Map());
  });

  it.each([
    ['wanted', ['absent']],
    ['depended on', ['top']],
  ])('reports a missing module that is %s', async (_, wanted) => {
    await expect(dependenciesFromModinfo(modules, wanted)).rejects.toThrow(
      zosiaError('ZOSIA_KERNEL_MODULE_MISSING'),
    );
  });

  it('returns modules that depend on each other, which loadOrder reports as a cycle', async () => {
    const circle = new Map([
      ['/a.ko', moduleOf(['depends=b'])],
      ['/b.ko', moduleOf(['depends=a'])],
    ]);
    const dependencies = await dependenciesFromModinfo(circle, ['a']);
    expect(() => loadOrder(dependencies, ['a'])).toThrow(zosiaError('ZOSIA_KERNEL_MODULE_CYCLE'));
  });
});
