import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLock } from '../../src/artifacts/lock.js';
import { PREBUILT_KERNEL, prebuiltDigest } from '../../src/artifacts/prebuilt.js';
import { describeAsSpdx } from '../../src/provenance/sbom.js';
import { digestBytes } from '../../src/host/digest.js';
import type { StoredModel } from '../../src/models/store/record.js';
import type { SpdxDocument } from '../../src/provenance/spdx.js';
import type { LinuxGuest } from '../../src/recipes/linux-guest.js';
import { writeEfiDisk } from '../../src/recipes/efi/disk.js';
import { writeModelDisk } from '../../src/recipes/model-disk.js';
import { readModelFiles } from '../../src/recipes/model.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { ARCH, CACHE, buildGuest } from './guest.js';
import { expectValid } from './valid-spdx.js';

const folder = temporaryFolder();
const options = { cacheDir: CACHE, offline: true };

describe('the document of an initramfs', () => {
  let guest: LinuxGuest;
  let document: SpdxDocument;
  beforeAll(async () => {
    guest = await buildGuest(folder.path);
    document = await describeAsSpdx(guest.initramfs, options);
  });

  it('has each package of the lock with version, licence, source and digest', async () => {
    const packages = expectValid(document);
    const lock = await readLock();
    for (const locked of lock.components.llama[ARCH]) {
      const found = packages.find(({ name }) => name === locked.name)!;
      expect(found).toMatchObject({
        versionInfo: locked.version,
        checksums: [{ algorithm: 'SHA256', checksumValue: locked.sha256 }],
        downloadLocation: expect.stringContaining(
          `https://snapshot.debian.org/archive/debian/${lock.snapshot.forky}/pool/main/`,
        ),
      });
      // Those of GCC have theirs in a package that is not in the guest.
      const isOfGcc = locked.poolPath.includes('/gcc-');
      expect(found.licenseDeclared === 'NOASSERTION', locked.name).toBe(isOfGcc);
      expect(found.licenseComments).toMatch(isOfGcc ? /gcc-\d+-base/ : /copyright/);
    }
    const tools = packages.find(({ name }) => name === 'llama.cpp-tools');
    expect(tools!.licenseDeclared).toMatch(/(^|AND )MIT\b/);
  });

  it('has the kernel beside it, with the source that it was compiled from', async () => {
    const packages = expectValid(document);
    const kernel = packages.find(({ name }) => name === 'linux')!;
    const source = packages.find(({ name }) => name === 'linux-source-6.1')!;
    const digest = await prebuiltDigest(ARCH, PREBUILT_KERNEL[ARCH]);
    expect(kernel.licenseDeclared).toBe('GPL-2.0-only WITH Linux-syscall-note');
    expect(kernel.checksums![0]!.checksumValue).toBe(digest);
    expect(kernel.versionInfo).toBe(source.versionInfo);
    expect(source.downloadLocation).toMatch(/linux-source-6\.1_6\.1\.[\d.]+-\d+_all\.deb$/);
    expect(document.relationships).toContainEqual({
      spdxElementId: kernel.SPDXID,
      relationshipType: 'GENERATED_FROM',
      relatedSpdxElement: source.SPDXID,
    });
    const ofKernel = expectValid(await describeAsSpdx(guest.kernel, options));
    expect(ofKernel.map(({ name }) => name)).toEqual([
      basename(guest.kernel),
      'linux',
      'linux-source-6.1',
    ]);
  });

  it('is the same each time, and dated as the lock or as is asked for', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map(() => describeAsSpdx(guest.initramfs, options)),
    );
    expect(one).toEqual(two);
    expect(one!.creationInfo.created).toBe('2026-10-30T14:08:01Z');
    const dated = await describeAsSpdx(guest.initramfs, { ...options, createdSeconds: 1 });
    expect(dated.creationInfo.created).toBe('1970-01-01T00:00:01Z');
    expect(dated.documentNamespace).not.toBe(one!.documentNamespace);
  });

  it('says what is not known of packages that are not in the cache', async () => {
    const packages = expectValid(
      await describeAsSpdx(guest.initramfs, { cacheDir: folder.file('empty'), offline: true }),
    );
    const libc = packages.find(({ name }) => name === 'libc6');
    expect(libc).toMatchObject({
      licenseDeclared: 'NOASSERTION',
      licenseComments: expect.stringContaining('not there'),
    });
  });

  it('needs the manifest that is written with each image', async () => {
    const alone = folder.file('alone.cpio');
    await copyFile(guest.initramfs, alone);
    await expect(describeAsSpdx(alone, options)).rejects.toThrow(zosiaError('ZOSIA_NO_MANIFEST'));
    await writeFile(`${alone}.json`, '{ "product": "initramfs", "schema": 1 }');
    await expect(describeAsSpdx(alone, options)).rejects.toThrow(
      zosiaError('ZOSIA_MANIFEST_DAMAGED'),
    );
    await rm(`${alone}.json`);
  });
});

describe('the document of a model disk', () => {
  async function documentOf(metadata: Record<string, string>, format: 'raw' | 'vmdk') {
    const path = folder.file(`${format}/model-file.gguf`);
    await mkdir(folder.file(format), { recursive: true });
    const typed = Object.entries(metadata).map(
      ([key, value]) => [key, { type: 'string', value }] as const,
    );
    await writeFile(path, await modelGguf(Object.fromEntries(typed)));
    const out = folder.file(`${format}/disk`);
    await writeModelDisk(await readModelFiles([path], folder.path), { format, out });
    return describeAsSpdx(out, options);
  }

  it.each(['raw', 'vmdk'] as const)(
    'has what the model says of its origin and licence: %s',
    async (format) => {
      const document = await documentOf(
        {
          'general.name': 'Example 1B',
          'general.license': 'apache-2.0',
          'general.repo_url': 'https://hub.example/owner/example',
          'general.source.url': 'https://hub.example/owner/original',
        },
        format,
      );
      const model = expectValid(document).find(({ name }) => name === 'Example 1B')!;
      expect(model).toMatchObject({
        licenseDeclared: 'Apache-2.0',
        downloadLocation: 'https://hub.example/owner/example',
        sourceInfo: expect.stringContaining('made of: https://hub.example/owner/original'),
      });
      expect(model.checksums![0]!.checksumValue).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  it('explains a licence that SPDX does not list, and takes over no address with a password', async () => {
    const document = await documentOf(
      {
        'general.license': 'llama3 "community"',
        'general.license.link': 'https://models.example/licence',
        'general.repo_url': 'https://user:secret@hub.example/x',
      },
      'raw',
    );
    const packages = expectValid(document);
    expect(packages.at(-1)!.licenseDeclared).toMatch(/^LicenseRef-.*llama3-community-?$/);
    expect(document.hasExtractedLicensingInfos).toMatchObject([
      { extractedText: expect.stringContaining('https://models.example/licence') },
    ]);
    expect(packages.at(-1)!.downloadLocation).toBe('NOASSERTION');
  });

  async function documentWith(
    name: string,
    known: Pick<StoredModel, 'source' | 'reference' | 'licence' | 'convertedFrom'>,
  ): Promise<{ document: SpdxDocument; sha256: string }> {
    const path = folder.file(`${name}/example.gguf`);
    const out = folder.file(`${name}/disk`);
    await mkdir(folder.file(name), { recursive: true });
    await writeFile(path, await modelGguf({}));
    await writeModelDisk(await readModelFiles([path], folder.path), { format: 'vmdk', out });
    const stamp = { sizeBytes: 1, mtimeNs: 0n };
    const sha256 = digestBytes(await readFile(path));
    const record: StoredModel = {
      name,
      ...known,
      askedAs: [],
      files: [{ role: 'model', fileName: 'example.gguf', sizeBytes: 1, sha256, stamp }],
      facts: {},
    };
    return { document: await describeAsSpdx(out, { ...options, models: [record] }), sha256 };
  }

  it('has what the store knows of a model that was pulled', async () => {
    const { document, sha256 } = await documentWith('pulled', {
      reference: 'hf:owner/example@0123abc/example.gguf',
      source: {
        ...{ kind: 'hub', repository: 'owner/example', revision: '0123abc' },
        hubUrl: 'https://huggingface.co',
      },
      licence: 'mit',
    });
    expect(expectValid(document)[1]).toMatchObject({
      versionInfo: '0123abc',
      licenseDeclared: 'MIT',
      downloadLocation: 'https://huggingface.co/owner/example/tree/0123abc',
      sourceInfo: expect.stringContaining('hf:owner/example@0123abc/example.gguf'),
      checksums: [{ checksumValue: sha256 }],
    });
  });

  it('has a GGUF that was converted here as made of the checkpoint that its source has', async () => {
    const checkpoint = { fileName: 'stories42M.bin', sha256: '1'.repeat(64) };
    const tokenizer = { fileName: 'tokenizer.bin', sha256: '2'.repeat(64) };
    const { document, sha256 } = await documentWith('converted', {
      source: {
        ...{ kind: 'hub', repository: 'karpathy/tinyllamas', revision: '0123abc' },
        hubUrl: 'https://huggingface.co',
      },
      licence: 'mit',
      convertedFrom: {
        reference: 'hf:karpathy/tinyllamas@0123abc/stories42M.bin',
        files: [
          { role: 'model', ...checkpoint },
          { role: 'tokenizer', ...tokenizer },
        ],
      },
    });
    const [, model, made, words] = expectValid(document);
    expect(model).toMatchObject({
      downloadLocation: 'NOASSERTION',
      sourceInfo: expect.stringContaining('from stories42M.bin of karpathy/tinyllamas'),
      comment: expect.stringContaining('not this file'),
      checksums: [{ checksumValue: sha256 }],
    });
    expect(model!.versionInfo).not.toBe('0123abc');
    expect(made).toMatchObject({
      name: checkpoint.fileName,
      versionInfo: '0123abc',
      downloadLocation: 'https://huggingface.co/karpathy/tinyllamas/tree/0123abc',
      checksums: [{ checksumValue: checkpoint.sha256 }],
    });
    expect(words).toMatchObject({ checksums: [{ checksumValue: tokenizer.sha256 }] });
    for (const { SPDXID } of [made!, words!]) {
      expect(document.relationships).toContainEqual({
        spdxElementId: model!.SPDXID,
        relationshipType: 'GENERATED_FROM',
        relatedSpdxElement: SPDXID,
      });
    }
  });

  it('names the mirror or registry that a model is from, and none where no record has it', async () => {
    const locationWith = async (name: string, source: StoredModel['source']) => {
      const { document, sha256 } = await documentWith(name, { source });
      return [expectValid(document)[1]!.downloadLocation, sha256];
    };
    const hub = { kind: 'hub', repository: 'o/e', revision: '0123abc' } as const;
    const hubUrl = 'https://mirror.example/hf';
    expect((await locationWith('mirror', { ...hub, hubUrl }))[0]).toBe(
      `${hubUrl}/o/e/tree/0123abc`,
    );
    expect((await locationWith('old', hub))[0]).toBe('NOASSERTION');
    const oci = await locationWith('oci', { kind: 'oci', repository: 'docker.io/ai/example' });
    expect(oci[0]).toBe(`https://registry-1.docker.io/v2/ai/example/blobs/sha256:${oci[1]!}`);
  });

  it('has nothing of the host where a model was added from', async () => {
    const [one, two] = await Promise.all(
      ['/home/one/a.gguf', '/srv/two/b.gguf'].map(async (repository, index) => {
        const known = { source: { kind: 'file', repository } } as const;
        return (await documentWith(`added-${index}`, known)).document;
      }),
    );
    expect(one).toEqual(two);
    expect(JSON.stringify(one)).not.toMatch(/home|added-|file:/);
    expect(expectValid(one!)[1]!.downloadLocation).toBe('NOASSERTION');
  });

  it.each([
    ['MIT AND Apache-2.0', 'MIT AND Apache-2.0', undefined],
    [
      '(MIT OR LicenseRef-own)',
      '(MIT OR LicenseRef-own)',
      [{ licenseId: 'LicenseRef-own', name: 'LicenseRef-own' }],
    ],
    ['MIT AND', 'LicenseRef-expression-MIT-AND', [{ name: 'MIT AND' }]],
  ])(
    'takes a licence for an expression where it is one: %s',
    async (licence, expression, others) => {
      const source = { kind: 'hub', repository: 'o/e', revision: '0123abc' } as const;
      const { document } = await documentWith('expression', { source, licence });
      expect(expectValid(document)[1]!.licenseDeclared).toBe(expression);
      if (others) expect(document.hasExtractedLicensingInfos).toMatchObject(others);
      else expect(document.hasExtractedLicensingInfos).toBeUndefined();
    },
  );

  it('knows the model that ships with zosia', async () => {
    const out = folder.file('own/disk.vmdk');
    await writeModelDisk(await readModelFiles([EMBEDDED_MODEL], folder.path), {
      format: 'vmdk',
      out,
    });
    const packages = expectValid(await describeAsSpdx(out, options));
    expect(packages[1]).toMatchObject({ name: 'zosia-tiny', licenseDeclared: 'MIT' });
  });
});

it('the document of an EFI disk has the applications that ship with zosia', async () => {
  const out = join(folder.path, 'efi.img');
  await writeEfiDisk('hello', { format: 'raw', out });
  const packages = expectValid(await describeAsSpdx(out, options));
  expect(packages.slice(1).map(({ name, sourceInfo }) => [name, sourceInfo])).toEqual([
    ['zosia-hello.efi', expect.stringContaining('compiled for aarch64')],
    ['zosia-hello.efi', expect.stringContaining('compiled for x86_64')],
  ]);
});
