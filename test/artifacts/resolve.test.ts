import { describe, expect, it } from 'vitest';
import { aptIndex } from '../../src/artifacts/apt-index.js';
import type { AptRunner } from '../../src/artifacts/apt.js';
import { resolveComponent } from '../../src/artifacts/resolve.js';
import type { LockedPackage } from '../../src/artifacts/lock.js';

const ROOT = { options: ['-c', '/root/apt.conf'], listsFolder: '/root/lists' };

function entry(name: string, fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    Package: name,
    Version: '1.0-1',
    Architecture: 'arm64',
    Section: 'libs',
    Filename: `pool/main/x/${name}_1.0-1_arm64.deb`,
    Size: '10',
    SHA256: 'a'.repeat(64),
    ...fields,
  };
  return Object.entries(all)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

/** Resolves llama in a suite that has the given packages, and records its requests. */
async function resolve(
  suite: Readonly<Record<string, string>>,
): Promise<{ names: string[]; asked: string[][]; packages: LockedPackage[] }> {
  const asked: string[][] = [];
  const run: AptRunner = (program, args) => {
    expect([program, ...args.slice(0, 4)]).toEqual([
      'apt-cache',
      'show',
      '--no-all-versions',
      ...ROOT.options,
    ]);
    const names = args.slice(4);
    asked.push(names);
    const found = names.flatMap((name) => suite[name] ?? []);
    return Promise.resolve(
      found.length === 0
        ? { exitCode: 100, stdout: '', stderr: 'E: No packages found' }
        : { exitCode: 0, stdout: found.join('\n'), stderr: 'N: Unable to locate package x' },
    );
  };
  const packages = await resolveComponent('llama', 'arm64', aptIndex(ROOT, run));
  return { names: packages.map(({ name }) => name), asked, packages };
}

const tools = (depends: string): string =>
  entry('llama.cpp-tools', { Section: 'science', Depends: depends });

describe('resolveComponent', () => {
  it('follows each dependency once, also in cycles, and sorts the result', async () => {
    const { names, asked } = await resolve({
      'llama.cpp-tools': tools('zlib1g, libb (>= 1), virtual | liba'),
      zlib1g: entry('zlib1g', { Depends: 'libb' }),
      libb: entry('libb', { 'Pre-Depends': 'libc', Depends: 'llama.cpp-tools' }),
      liba: entry('liba'),
      libc: entry('libc', { Depends: 'libb, nothing-real' }),
    });
    expect(names).toEqual(['liba', 'libb', 'libc', 'llama.cpp-tools', 'zlib1g']);
    expect(asked).toEqual([
      ['llama.cpp-tools', 'libc-bin'],
      ['zlib1g', 'libb', 'virtual', 'liba'],
      ['libc'],
      ['nothing-real'],
    ]);
  });

  it('leaves out packages that are not libraries or are for all architectures, with their dependencies', async () => {
    const { names } = await resolve({
      'llama.cpp-tools': tools('wget, libdata, gcc-16-base, libc-gconv-modules-extra'),
      wget: entry('wget', { Section: 'web', Depends: 'libwget' }),
      libwget: entry('libwget'),
      libdata: entry('libdata', { Architecture: 'all' }),
      'gcc-16-base': entry('gcc-16-base'),
      'libc-gconv-modules-extra': entry('libc-gconv-modules-extra'),
    });
    expect(names).toEqual(['llama.cpp-tools']);
  });

  it.each([
    [{ SHA256: 'none' }, 'sha256'],
    [{ Size: '-1' }, 'sizeBytes'],
    [{ Filename: '../../x.deb' }, 'poolPath'],
  ])('rejects an entry with %j', async (fields: Record<string, string>, message) => {
    await expect(
      resolve({ 'llama.cpp-tools': tools('liba'), liba: entry('liba', fields) }),
    ).rejects.toMatchObject({
      code: 'ZOSIA_APT_FAILED',
      message: expect.stringMatching(`liba.*${message}`),
      hint: expect.any(String),
    });
  });

  it('reports that the suite no longer has the first package', async () => {
    await expect(resolve({})).rejects.toMatchObject({
      code: 'ZOSIA_APT_FAILED',
      message: 'forky has no package llama.cpp-tools for arm64 any more',
    });
  });
});
