import { cp, mkdir, readFile, realpath, rename, symlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatDescriptor } from '../../src/formats/vmdk/descriptor.js';
import { accessFile } from '../../src/host/access-file.js';
import { openVmdk } from '../../src/inspect/vmdk-disk.js';
import type { OpenVmdkOptions } from '../../src/inspect/vmdk-disk.js';
import { digestOfEnds } from '../../src/inspect/vmdk-manifest.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const SECRET = Buffer.alloc(200_000, 'not for everyone ');

const folder = temporaryFolder();
beforeEach(async () => {
  await mkdir(folder.file('disk'), { recursive: true });
  await writeFile(folder.file('secret'), SECRET);
});

/** Writes a descriptor of one file, and opens it. */
async function open(name: string, options: OpenVmdkOptions = {}): Promise<Buffer> {
  const path = folder.file('disk/disk.vmdk');
  const extents = [{ sectorCount: 1, name, fileSector: 0 }];
  await writeFile(path, formatDescriptor({ cid: 1, extents }));
  return openAt(path, options);
}

async function openAt(path: string, options: OpenVmdkOptions = {}): Promise<Buffer> {
  const descriptor = await accessFile(path);
  try {
    const { disk } = await openVmdk(descriptor, path, options);
    const bytes = Buffer.from(await disk.read(0, 512));
    await disk.close();
    return bytes;
  } finally {
    await descriptor.close();
  }
}

const refusal = zosiaError('ZOSIA_VMDK_OUTSIDE');

async function writeManifest(file: Readonly<Record<string, unknown>>): Promise<void> {
  const manifest = { schema: 1, product: 'model-disk', files: [file] };
  await writeFile(folder.file('disk/disk.vmdk.json'), JSON.stringify(manifest));
}

describe('a VMDK that refers to a file outside its folder', () => {
  it('is refused, whatever path or symlink leads there', async () => {
    await symlink('../secret', folder.file('disk/link'));
    await symlink('..', folder.file('disk/up'));
    await symlink(folder.path, folder.file('disk/absolute'));
    const names = ['../secret', 'link', 'up/secret', 'absolute/secret', './up/./secret'];
    for (const name of [...names, folder.file('secret'), '/etc/passwd']) {
      await expect(open(name)).rejects.toThrow(refusal);
    }
    await expect(open('../secret')).rejects.toThrow(/"\.\.\/secret", which is not below/);
  });

  it('is refused for a folder whose name begins with that of its own', async () => {
    await mkdir(folder.file('disk2'), { recursive: true });
    await writeFile(folder.file('disk2/secret'), SECRET);
    await expect(open('../disk2/secret')).rejects.toThrow(refusal);
  });

  it('is refused for a device or a folder, even with allowOutside', async () => {
    for (const name of ['/dev/zero', '..']) {
      const missing = zosiaError('ZOSIA_VMDK_FILE_MISSING');
      await expect(open(name, { allowOutside: true })).rejects.toThrow(missing);
    }
  });

  it('is read with allowOutside', async () => {
    expect(await open('../secret', { allowOutside: true })).toEqual(SECRET.subarray(0, 512));
  });

  it('is refused when the manifest is invalid or describes another file', async () => {
    const sizeBytes = SECRET.length;
    for (const endsSha256 of [undefined, '', '0'.repeat(64)]) {
      await writeManifest({ name: '../secret', sizeBytes, mtimeNs: '0', endsSha256 });
      await expect(open('../secret')).rejects.toThrow(refusal);
    }
    const endsSha256 = await digestOfEnds(folder.file('secret'));
    await writeManifest({ name: '../secret', sizeBytes: sizeBytes - 1, endsSha256 });
    await expect(open('../secret')).rejects.toThrow(/not the file that .*json describes/);
    await writeManifest({ name: 'other', sizeBytes, endsSha256 });
    await expect(open('../secret')).rejects.toThrow(refusal);
    await writeFile(folder.file('disk/disk.vmdk.json'), '{"files":[null,1');
    await expect(open('../secret')).rejects.toThrow(refusal);
  });

  it('is read when the manifest has the size and the checksum of the file, even after a move', async () => {
    const endsSha256 = await digestOfEnds(folder.file('secret'));
    await writeManifest({ name: '../secret', sizeBytes: SECRET.length, endsSha256 });
    expect(await open('../secret')).toEqual(SECRET.subarray(0, 512));
    await mkdir(folder.file('moved'));
    await rename(folder.file('disk'), folder.file('moved/disk'));
    await cp(folder.file('secret'), folder.file('moved/secret'));
    expect(await openAt(folder.file('moved/disk/disk.vmdk'))).toEqual(SECRET.subarray(0, 512));
    for (const at of [0, SECRET.length - 1]) {
      const changed = Buffer.from(SECRET);
      changed[at]! ^= 1;
      await writeFile(folder.file('moved/secret'), changed);
      await expect(openAt(folder.file('moved/disk/disk.vmdk'))).rejects.toThrow(refusal);
    }
  });
});

describe('a file name in a VMDK', () => {
  it('has its ".." resolved after symlinks, as QEMU and the kernel do', async () => {
    await mkdir(folder.file('disk/a/b'), { recursive: true });
    await writeFile(folder.file('disk/a/file'), Buffer.alloc(512, 'a'));
    await writeFile(folder.file('disk/file'), Buffer.alloc(512, 'b'));
    await symlink('a/b', folder.file('disk/way'));
    expect((await open('way/../file')).toString('latin1', 0, 1)).toBe('a');
  });

  it('is relative to the folder of the given path, even if that is a symlink', async () => {
    await writeFile(folder.file('disk/own'), Buffer.alloc(512, 'o'));
    await open('own');
    await mkdir(folder.file('other'));
    await symlink('../disk/disk.vmdk', folder.file('other/disk.vmdk'));
    await writeFile(folder.file('other/own'), Buffer.alloc(512, 'x'));
    const read = await openAt(folder.file('other/disk.vmdk'));
    expect(read.toString('latin1', 0, 1)).toBe('x');
    await symlink('disk', folder.file('alias'));
    expect((await openAt(folder.file('alias/disk.vmdk'))).toString('latin1', 0, 1)).toBe('o');
    expect(await realpath(folder.file('alias'))).toBe(await realpath(folder.file('disk')));
    expect(await readFile(folder.file('alias/own'))).toHaveLength(512);
  });
});
