import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../src/formats/cpio/writer.js';
import { planFat } from '../../src/formats/fat/plan.js';
import { checkInitramfs } from '../../src/provenance/check-initramfs.js';
import { checkInputs, checkOutput } from '../../src/provenance/check-manifest.js';
import { readImageManifest } from '../../src/provenance/image-manifest.js';
import type { GuestImage } from '../../src/provenance/image-manifest.js';
import { originsOf } from '../../src/provenance/package-files.js';
import type { Origins } from '../../src/provenance/package-files.js';
import { findPackages } from '../../src/provenance/package-sources.js';
import { ProvenanceFindings } from '../../src/provenance/provenance-report.js';
import { verifyProvenance } from '../../src/provenance/verify-provenance.js';
import type { LinuxGuest } from '../../src/recipes/linux-guest.js';
import { digestBytes } from '../../src/host/digest.js';
import { recipeDigest } from '../../src/recipes/manifest.js';
import { writeEfiDisk } from '../../src/recipes/efi/disk.js';
import { writeModelDisk } from '../../src/recipes/model-disk.js';
import { readModelFiles } from '../../src/recipes/model.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { ARCH, CACHE, buildGuest, changeManifest, copyOf, coverUp } from './guest.js';
import type { ManifestJson } from './guest.js';

const folder = temporaryFolder();
const options = { cacheDir: CACHE, offline: true };

/** Codes and places of what is found. */
async function problemsOf(path: string): Promise<string[]> {
  const { problems, problemCount } = await verifyProvenance(path, options);
  expect(problems).toHaveLength(problemCount);
  return problems.map(({ code, where }) => `${code} ${where}`);
}

const readManifestOf = async (path: string): Promise<GuestImage> =>
  (await readImageManifest(path)) as GuestImage;

describe('an initramfs', () => {
  let guest: LinuxGuest;
  let origins: Origins;
  beforeAll(async () => {
    guest = await buildGuest(folder.path);
    const { inputs } = await readManifestOf(guest.initramfs);
    origins = await originsOf(await findPackages(inputs, ARCH, options), false);
  });
  let count = 0;

  /** What is found in a changed copy; the packages are unpacked once for all of them. */
  async function quickly(path: string): Promise<string[]> {
    const manifest = await readManifestOf(path);
    const findings = new ProvenanceFindings();
    await checkOutput(path, manifest, findings, undefined);
    await checkInputs(manifest, await findPackages(manifest.inputs, ARCH, options), findings);
    await checkInitramfs(path, manifest, origins, findings, undefined);
    return findings.problems.map(({ code, where }) => `${code} ${where}`);
  }
  const copy = (): Promise<string> => copyOf(guest.initramfs, folder.file(`copy-${count++}`));

  it('is known to its last entry, and so are the kernels beside it', async () => {
    const report = await verifyProvenance(guest.initramfs, options);
    expect(report).toMatchObject({ problems: [], unknown: [], notes: [] });
    expect(report.fileCount).toBeGreaterThan(20);
    for (const kernel of [guest.kernel, guest.uefiKernel]) {
      expect(await problemsOf(kernel)).toEqual([]);
    }
  });

  it('with another byte in a program is found, also when its manifest was made to fit', async () => {
    const path = await copy();
    const bytes = await readFile(path);
    const at = bytes.lastIndexOf('usr/bin/llama-server\0') + 4096;
    bytes[at] = bytes[at]! ^ 1;
    await writeFile(path, bytes);
    const program = 'file-differs /usr/bin/llama-server';
    expect(await problemsOf(path)).toEqual(['image-changed the image', program]);
    await coverUp(path);
    expect(await quickly(path)).toEqual([program]);
  });

  it('with entries more is found, each of them', async () => {
    const path = await copy();
    const data = Buffer.from('x');
    const added: CpioEntry[] = [
      { path: '/etc/rc', type: 'file', data },
      { path: '/init', type: 'file', mode: 0o755, data },
      { path: '/sbin', type: 'symlink', target: 'tmp' },
      { path: '/opt/x', type: 'directory' },
      { path: '/dev/mem', type: 'character-device', major: 1, minor: 1 },
      { path: '/bin/su', type: 'file', mode: 0o4755, data },
    ];
    const archive = await imageBytes(planCpio(added));
    await writeFile(path, Buffer.concat([await readFile(path), archive]));
    expect(await quickly(path)).toContain('image-changed the image');
    await coverUp(path);
    const found = await quickly(path);
    expect(found).not.toContain('image-changed the image');
    for (const problem of [
      'no-origin /etc/rc',
      'twice /init',
      'file-differs /init',
      'no-origin /sbin',
      'no-origin /opt/x',
      'no-origin /dev/mem',
      'attributes /bin/su',
      'no-origin /bin/su',
    ]) {
      expect(found).toContain(problem);
    }
  });

  it.each<[string, (manifest: ManifestJson) => object, string]>([
    [
      'another sha256 of the image',
      (manifest) => ({ ...manifest, output: { ...manifest.output, sha256: '0'.repeat(64) } }),
      'image-changed the image',
    ],
    [
      'another version of a package',
      ({ inputs: [init, first, ...rest], ...manifest }) => ({
        ...manifest,
        inputs: [init, { ...first, version: '9.9-1' }, ...rest],
      }),
      'manifest-changed the manifest',
    ],
    [
      'another sha256 of init',
      ({ inputs: [init, ...rest], ...manifest }) => ({
        ...manifest,
        inputs: [{ ...init, sha256: '1'.repeat(64) }, ...rest],
      }),
      'not-ours init',
    ],
    [
      'a package less',
      ({ inputs, ...manifest }) => ({ ...manifest, inputs: inputs.slice(0, -2) }),
      'manifest-changed the manifest',
    ],
  ])('with %s in its manifest is found', async (_, change, problem) => {
    const path = await copy();
    await changeManifest(path, change);
    expect(await quickly(path)).toContain(problem);
  });

  it('made of a package that the lock does not have is found, whatever its manifest says', async () => {
    const path = await copy();
    await changeManifest(path, ({ product, settings, inputs, ...rest }) => {
      const others = inputs.map((input) =>
        input.name === 'libc6' ? { ...input, sha256: '2'.repeat(64) } : input,
      );
      const recipeSha256 = recipeDigest({ product, inputs: others, settings });
      return { ...rest, product, settings, inputs: others, recipeSha256 };
    });
    const problems = await problemsOf(path);
    expect(problems).toContain('not-in-lock libc6');
    expect(problems.some((each) => /^no-origin .*\/libc\.so\.6$/.test(each))).toBe(true);
    expect(problems).not.toContain('manifest-changed the manifest');
  });

  describe('with a manifest forged to fit', () => {
    const data = Buffer.from('#!/bin/sh\n');
    const sha256 = digestBytes(data);
    const programs = ['llama-cli', 'llama-completion', 'llama-server'];
    const program = (path: string): CpioEntry => ({ path, type: 'file', mode: 0o755, data });

    async function forge(
      entries: readonly CpioEntry[],
      names: readonly string[],
      settings: Readonly<Record<string, string>> = {},
    ): Promise<string> {
      const path = await copy();
      const archive = await imageBytes(planCpio([...entries]));
      // What follows a base: here all that a guest without packages has beside its programs.
      const others = planCpio([{ path: '/etc/zosia/modules', type: 'file', data: Buffer.of() }]);
      const isBase = names.includes('base');
      await writeFile(
        path,
        isBase ? Buffer.concat([archive, Buffer.alloc(4), await imageBytes(others)]) : archive,
      );
      await changeManifest(path, (manifest) => {
        const recipe = {
          product: manifest.product,
          inputs: names.map((name) => ({
            name,
            sha256: name === 'base' ? digestBytes(archive) : sha256,
          })),
          settings: { ...manifest.settings, ...settings },
        };
        return { ...manifest, ...recipe, recipeSha256: recipeDigest(recipe) };
      });
      await coverUp(path);
      return path;
    }

    it('is found with another init and other programs, which only the manifest names', async () => {
      const paths = programs.map((name) => `/usr/bin/${name}`);
      const names = ['/init', '/etc/rc', ...paths];
      const path = await forge(names.map(program), names);
      const report = await verifyProvenance(path, options);
      expect(report.problems.map(({ code, where }) => `${code} ${where}`).sort()).toEqual([
        'file-differs /init',
        'manifest-changed the manifest',
        ...paths.map((each) => `manifest-only ${each}`),
        'no-origin /etc/rc',
      ]);
      expect(report).toMatchObject({
        manifestOnly: paths,
        unknown: ['/etc/rc'],
        fileCount: 0,
        guest: { init: 'zosia', llama: 'own' },
      });
    });

    it('is found as a base with an init of its own', async () => {
      const path = await forge(
        ['/init', ...programs.map((name) => `/usr/bin/${name}`)].map(program),
        ['base'],
        { init: 'base' },
      );
      const report = await verifyProvenance(path, options);
      const found = report.problems.map(({ code, where }) => `${code} ${where}`);
      expect(found).toContain('manifest-only the base');
      expect(found).toContain('manifest-changed the manifest');
      expect(found).toContain('missing /usr/bin/llama-server');
      expect(report).toMatchObject({ manifestOnly: ['the base'], fileCount: 1 });
      expect(report.guest).toMatchObject({ init: 'base', llama: 'packages' });
    });

    it("is found without zosia's init where the settings name that of a base there is not", async () => {
      const path = await forge([], [], { init: 'base' });
      expect(await problemsOf(path)).toContain('missing /init');
    });
  });

  it('with more members than are compared is found', async () => {
    const findings = new ProvenanceFindings();
    const manifest = await readManifestOf(guest.initramfs);
    await checkInitramfs(guest.initramfs, manifest, origins, findings, undefined, 3);
    expect(findings.problems.map(({ code }) => code)).toContain('too-many-members');
  });

  it('cannot be compared without the packages, and that is said', async () => {
    const elsewhere = { cacheDir: folder.file('empty'), offline: true };
    await expect(verifyProvenance(guest.initramfs, elsewhere)).rejects.toThrow(
      zosiaError('ZOSIA_OFFLINE'),
    );
  });

  it('on a base begins with that base, and has llama.cpp with a loader of its own', async () => {
    const base = folder.file('base.cpio');
    const entries: CpioEntry[] = [
      { path: '/etc/hostname', type: 'file', data: Buffer.from('base\n') },
      { path: '/sbin/init', type: 'file', mode: 0o755, data: Buffer.from('#!/bin/sh\n') },
    ];
    await writeFile(base, await imageBytes(planCpio(entries)));
    const layered = await buildGuest(folder.file('layered'), base);
    expect(await verifyProvenance(layered.initramfs, options)).toMatchObject({
      problems: [{ code: 'manifest-only', where: 'the base' }],
      manifestOnly: ['the base'],
      guest: { init: 'zosia', llama: 'packages', base: digestBytes(await readFile(base)) },
    });
    const bytes = await readFile(layered.initramfs);
    bytes[bytes.indexOf('base\n')] = 0x42;
    await writeFile(layered.initramfs, bytes);
    await coverUp(layered.initramfs);
    expect(await quickly(layered.initramfs)).toContain('base-differs the image');
  });
});

describe('a model disk', () => {
  const write = async (name: string, format: 'raw' | 'vmdk', verify: boolean): Promise<string> => {
    const model = folder.file(`${name}/example.gguf`);
    const out = folder.file(`${name}/disk`);
    await copyOfModel(model);
    await writeModelDisk(await readModelFiles([model], folder.path), { format, out, verify });
    return out;
  };
  const copyOfModel = async (path: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await modelGguf());
  };

  it.each(['raw', 'vmdk'] as const)('is compared with its digests: %s', async (format) => {
    const disk = await write(`disk-${format}`, format, true);
    expect(await verifyProvenance(disk, options)).toMatchObject({
      problems: [],
      unknown: [],
      yours: ['/model.gguf'],
      fileCount: 1,
    });
    const file = format === 'raw' ? disk : folder.file(`disk-${format}/example.gguf`);
    const bytes = await readFile(file);
    const at = bytes.indexOf('GGUF') + 64;
    bytes[at] = bytes[at]! ^ 1;
    await writeFile(file, bytes);
    expect(await problemsOf(disk)).toContain('file-differs /model.gguf');
  });

  it('with a file that its manifest does not have is found', async () => {
    const disk = await write('more', 'vmdk', false);
    await changeManifest(disk, (manifest) => ({ ...manifest, inputs: [] }));
    expect(await problemsOf(disk)).toEqual(['no-origin /model.gguf']);
    await changeManifest(disk, (manifest) => ({
      ...manifest,
      inputs: [{ path: '/other.gguf', sizeBytes: 5 }],
    }));
    expect(await problemsOf(disk)).toEqual(['no-origin /model.gguf', 'missing /other.gguf']);
  });
});

it('an EFI disk has the applications that ship with zosia', async () => {
  const disk = folder.file('efi.img');
  await writeEfiDisk('hello', { format: 'raw', out: disk });
  expect(await problemsOf(disk)).toEqual([]);
  const bytes = await readFile(disk);
  const at = bytes.indexOf(Buffer.from('MZ')) + 1000;
  bytes[at] = bytes[at]! ^ 1;
  await writeFile(disk, bytes);
  const problems = await problemsOf(disk);
  expect(problems).toContain('file-differs /EFI/BOOT/BOOTAA64.EFI');
});

it('an EFI disk has no program but those, whatever its manifest says', async () => {
  const disk = folder.file('efi-more.img');
  const paths = ['/EFI/BOOT/BOOTX64.EFI', '/startup.nsh', '/notes.txt'];
  const data = Buffer.from('MZ');
  const image = await imageBytes(planFat(paths.map((path) => ({ type: 'file', path, data }))));
  await writeFile(disk, image);
  const inputs = paths.map((path) => ({ path, sizeBytes: 2, sha256: digestBytes(data) }));
  const output = { sizeBytes: image.length, sha256: digestBytes(image) };
  await writeFile(
    `${disk}.json`,
    JSON.stringify({ schema: 1, product: 'efi-disk', inputs, output, versions: { zosia: '1' } }),
  );
  const report = await verifyProvenance(disk, options);
  expect(report.problems.map(({ code, where }) => `${code} ${where}`).sort()).toEqual([
    'manifest-only /startup.nsh',
    'not-ours /EFI/BOOT/BOOTX64.EFI',
  ]);
  expect(report.yours).toEqual(['/notes.txt']);
});
