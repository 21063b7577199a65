import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { createCleartextMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { onTestFinished } from 'vitest';
import { SUITES } from '../../../src/artifacts/lock.js';
import type { Suite } from '../../../src/artifacts/lock.js';
import { sha256 } from '../../../src/image/sha256.js';
import { hasProgram } from '../../support/programs.js';
import { REPOSITORY, serveRepository } from '../repository.js';
import { temporaryFolder } from '../samples.js';

/** When the repositories of these tests are dated. */
export const DATED = Date.parse('2026-11-01T08:00:00Z');
/** When they are read. */
export const NOW = DATED + 3_600_000;

/** A key of an archive, made for one test. */
export interface ArchiveKey {
  readonly privateKey: string;
  /** An armored block. */
  readonly publicKey: string;
}

export async function makeKey(): Promise<ArchiveKey> {
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name: 'An archive of tests', email: 'nobody@example.org' }],
    date: new Date(DATED - 86_400_000),
    format: 'armored',
  });
  return { privateKey, publicKey };
}

/** Where apt finds it: at a path without spaces, whose ending says that it is armored. */
export async function keyringFile({ publicKey }: ArchiveKey): Promise<string> {
  const path = join(await temporaryFolder(), 'keyring.asc');
  await writeFile(path, publicKey);
  return path;
}

/** A text with a clear signature by each key. */
export async function signed(
  text: string,
  keys: readonly ArchiveKey[],
  date = DATED,
): Promise<string> {
  const signingKeys = await Promise.all(
    keys.map(({ privateKey }) => readPrivateKey({ armoredKey: privateKey })),
  );
  const message = await createCleartextMessage({ text });
  return sign({ message, signingKeys, date: new Date(date) });
}

export interface RepositoryOptions {
  /** Who signs it. */
  readonly keys: readonly ArchiveKey[];
  /** In milliseconds since 1970. */
  readonly dated?: number | undefined;
  readonly validUntil?: number | undefined;
  /** What is done to the text of each Packages file before it is indexed. */
  readonly changed?: ((text: string, suite: Suite) => string) | undefined;
  /** What is done to the text of each Release file before it is signed. */
  readonly release?: ((text: string, suite: Suite) => string) | undefined;
}

/** The files of a repository by their paths: packages of the tests' repository, dated and signed anew. */
export async function repositoryFiles({
  keys,
  dated = DATED,
  validUntil,
  changed = (text) => text,
  release = (text) => text,
}: RepositoryOptions): Promise<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {};
  for (const suite of SUITES) {
    const sums: string[] = [];
    for (const architecture of ['amd64', 'arm64']) {
      const path = `main/binary-${architecture}/Packages`;
      const original = await readFile(`${REPOSITORY}dists/${suite}/${path}`, 'utf8');
      const whole = suite === 'forky' ? original + ofSeveralMachines(architecture) : original;
      const plain = Buffer.from(changed(whole, suite));
      const [ending, packed] = await pack(plain);
      sums.push(` ${sha256(plain)} ${plain.length} ${path}`);
      sums.push(` ${sha256(packed)} ${packed.length} ${path}${ending}`);
      files[`dists/${suite}/${path}${ending}`] = packed;
    }
    const until = validUntil === undefined ? [] : [`Valid-Until: ${utc(validUntil)}`];
    const text = [
      ...['Origin: Debian', 'Label: Debian', `Suite: ${suite}`, `Codename: ${suite}`],
      ...[`Date: ${utc(dated)}`, ...until, 'Architectures: amd64 arm64', 'Components: main'],
      ...['SHA256:', ...sums, ''],
    ].join('\n');
    files[`dists/${suite}/InRelease`] = await signed(release(text, suite), keys, dated);
  }
  return files;
}

/** The packages of the component `llama-rpc`, which the stored index, whose key is gone, does not have. */
const ofSeveralMachines = (architecture: string): string =>
  [
    ['llama.cpp-tools-extra', '1:0.8.0+dfsg-1'],
    ['libggml0-backend-rpc', '0.28.0-1'],
  ]
    .map(([name, version]) => {
      const contents = `${name!} ${version!} ${architecture}\n`;
      return [
        ...['', `Package: ${name!}`, `Version: ${version!}`, `Architecture: ${architecture}`],
        ...[
          'Section: science',
          'Depends: libc6, llama.cpp-tools',
          "Description: a package of the tests' repository",
        ],
        `Filename: pool/main/x/${name!}/${name!}_${version!.replace('1:', '')}_${architecture}.deb`,
        ...[`Size: ${contents.length}`, `SHA256: ${sha256(Buffer.from(contents))}`, ''],
      ].join('\n');
    })
    .join('');

/** Serves it for one test. @returns the address, ending in `/` */
export async function served(
  files: Readonly<Record<string, Uint8Array | string | null>>,
): Promise<string> {
  const server = await serveRepository(files);
  onTestFinished(() => server.close());
  return server.url;
}

const utc = (time: number): string => new Date(time).toUTCString().replace('GMT', 'UTC');

async function pack(bytes: Uint8Array): Promise<[string, Uint8Array]> {
  if (!hasProgram('xz')) return ['.gz', gzipSync(bytes)];
  const { stdout } = await execa('xz', ['-c'], { input: bytes, encoding: 'buffer' });
  return ['.xz', stdout];
}
