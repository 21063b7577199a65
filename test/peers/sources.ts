import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { hasApt, runApt } from '../../src/artifacts/apt.js';
import { createAptRoot, updateAptRoot } from '../../src/artifacts/apt-root.js';
import type { AptRoot } from '../../src/artifacts/apt-root.js';
import type { DebianArchitecture } from '../../src/artifacts/architectures.js';
import { debianMirrorBase } from '../../src/artifacts/apt-mirror.js';
import { IS_COMPLETE_HOST } from '../support/skipping.js';

/** Debian 12 gets no other version of these, so that the images stay the same. */
const SUITE = 'bookworm';

/** Why the sources of other projects are not available; undefined if they are. On a complete host they must be. */
export async function whyNoSources(): Promise<string | undefined> {
  if (IS_COMPLETE_HOST) return undefined;
  if (!(await hasApt())) return 'this host has no apt';
  return process.getuid?.() === 0 ? undefined : 'apt needs root here';
}

/** apt in a private root, for packages of an architecture. */
async function privateApt(
  folder: string,
  architecture: DebianArchitecture,
): Promise<{ apt: AptRoot; root: string }> {
  const releases = join(folder, 'releases');
  await mkdir(releases);
  const baseUri = await debianMirrorBase(releases, runApt);
  if (baseUri === undefined) throw new Error("apt knows none of Debian's archives");
  const root = join(folder, 'apt');
  await mkdir(root);
  const sources = { kind: 'suite', baseUri, suite: SUITE, architecture } as const;
  return { apt: await createAptRoot(root, sources), root };
}

/**
 * Fetches a package of an architecture through apt, in a private root, and unpacks it.
 *
 * @returns the folder with its files
 */
export async function peerPackage(
  folder: string,
  architecture: DebianArchitecture,
  name: string,
): Promise<string> {
  const { apt } = await privateApt(folder, architecture);
  await updateAptRoot(apt, runApt);
  await execa('apt-get', ['download', '-qq', ...apt.options, name], { cwd: folder });
  const deb = (await readdir(folder)).find((entry) => entry.endsWith('.deb'))!;
  const unpacked = join(folder, name);
  await execa('dpkg-deb', ['-x', join(folder, deb), unpacked]);
  return unpacked;
}

/**
 * Fetches the source package of a program through apt, in a private root, and unpacks its tests.
 *
 * @returns the folder of the tests
 */
export async function peerTests(folder: string, name: string): Promise<string> {
  const { apt, root } = await privateApt(folder, 'amd64');
  const list = join(root, 'sources.list');
  await writeFile(list, (await readFile(list, 'utf8')).replace(/^deb /m, 'deb-src '));
  await updateAptRoot(apt, runApt);
  const source = ['source', '-qq', '--download-only', ...apt.options, name];
  await execa('apt-get', source, { cwd: folder });
  const unpacked = join(folder, name);
  await mkdir(unpacked);
  const tar = (await readdir(folder)).find((entry) => entry.endsWith('.orig.tar.gz'))!;
  await execa('tar', ['-xzf', join(folder, tar), '-C', unpacked, '--strip-components=1']);
  return join(unpacked, 'tests');
}
