import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Architecture } from '../../src/artifacts/architectures.js';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { Image } from '../../src/image/image.js';
import {
  GUEST_SOURCE_DIRECTORY,
  SHARED_SOURCES,
  listSources,
} from '../../src/toolchain/sources.js';
import { hostTool } from '../../test/support/host.js';

const PEER_DIRECTORY = fileURLToPath(new URL('peer/', import.meta.url));

const COMPILE_FLAGS = [
  '-std=c17',
  '-O3',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-ffreestanding',
  '-nostdlibinc',
  '-fno-stack-protector',
  '-fno-pic',
  '-fno-pie',
  ...['efi', 'init', '.'].flatMap((folder) => ['-I', join(GUEST_SOURCE_DIRECTORY, folder)]),
];

/**
 * Compiles the peer: a static Linux program, for the instructions that every processor of the
 * architecture has, as `-O3 -ffast-math` makes it without further flags.
 *
 * @param folder gets the object files
 */
async function buildPeer(arch: Architecture, folder: string): Promise<Uint8Array> {
  const [clang, linker] = await Promise.all([hostTool('clang'), hostTool('ld.lld')]);
  const target = `--target=${arch}-linux-gnu`;
  const objects: string[] = [];
  for (const source of await sourcesOfPeer()) {
    const object = join(folder, `${arch}-${objects.length}.o`);
    const flags = [target, ...COMPILE_FLAGS, ...arithmeticFlags(source)];
    await execa(clang, [...flags, '-c', source, '-o', object]);
    objects.push(object);
  }
  const out = join(folder, `${arch}-peer`);
  const link = ['-static', '-nostdlib', '-Wl,--build-id=none', `--ld-path=${linker}`];
  await execa(clang, [target, ...link, ...objects, '-o', out]);
  return readFile(out);
}

async function sourcesOfPeer(): Promise<string[]> {
  const guest = await listSources(GUEST_SOURCE_DIRECTORY, ['efi/model', SHARED_SOURCES]);
  const own = (await readdir(PEER_DIRECTORY)).filter((name) => name.endsWith('.c'));
  return [
    ...guest
      .filter((source) => !source.includes('/products_'))
      .map((source) => join(GUEST_SOURCE_DIRECTORY, source)),
    ...own.map((name) => join(PEER_DIRECTORY, name)),
  ].sort();
}

/**
 * The elementary functions stand for the C library's, which nobody compiles with -ffast-math: they
 * depend on the order of additions.
 */
function arithmeticFlags(source: string): readonly string[] {
  return source.endsWith('float_math.c') ? ['-ffp-contract=off'] : ['-ffast-math'];
}

export interface PeerFiles {
  readonly checkpoint: Uint8Array;
  readonly tokenizer: Uint8Array;
  /** A `llama2.cfg` that names them `model` and `tokenizer`. */
  readonly settings: string;
}

/** An initramfs in which the peer is process 1, with the model beside it. */
export async function preparePeer(
  arch: Architecture,
  files: PeerFiles,
  folder: string,
): Promise<Image> {
  const file = (path: string, data: Uint8Array, mode = 0o644) => {
    return { type: 'file' as const, path, mode, data };
  };
  return planCpio([
    file('/init', await buildPeer(arch, folder), 0o755),
    { path: '/dev/console', type: 'character-device', major: 5, minor: 1, mode: 0o600 },
    file('/llama2.cfg', Buffer.from(files.settings)),
    file('/model', files.checkpoint),
    file('/tokenizer', files.tokenizer),
  ]);
}
