import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { embeddedCheckpoint } from '../../src/recipes/embedded-checkpoint.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { zosia } from '../support/cli.js';
import { killAgainAndAgain } from '../support/kills.js';
import type { KillPlace, KilledCommand } from '../support/kills.js';
import { temporaryFolder } from '../support/temporary.js';
import { HOST } from '../support/host.js';

const folder = temporaryFolder();

const KILLS = Number(process.env.ZOSIA_TEST_KILLS ?? 200);
/** A machine takes a hundred times as long as an image. */
const KILLS_OF_MACHINES = Math.ceil(KILLS / 10);

const ARCH = hostArchitecture();
const MODEL_BYTES = 2 ** 27;
const FILES = 200;

const mustRun = async (...args: string[]): Promise<void> => {
  const { exitCode, stderr } = await zosia(args);
  if (exitCode !== 0) throw new Error(stderr);
};

/** Packages that are in the cache, in another one. */
async function copyPackages(cache: string): Promise<void> {
  const packages = join(HOST.cacheDirectory, 'packages');
  await mkdir(join(cache, 'packages'), { recursive: true });
  for (const name of await readdir(packages)) {
    await copyFile(join(packages, name), join(cache, 'packages', name));
  }
}

let checkpoint: string;
let tokenizer: string;
let mirror: { readonly server: Server; readonly url: string; readonly missed: readonly string[] };

/** Serves the packages in the cache as a mirror of Debian's archive does. */
async function startMirror(): Promise<typeof mirror> {
  const lock = JSON.parse(await readFile('artifacts.lock.json', 'utf8')) as {
    components: Record<string, Record<string, { poolPath: string; sha256: string }[]>>;
  };
  const packages = Object.values(lock.components).flatMap((each) => Object.values(each).flat());
  const missed: string[] = [];
  const server = createServer((request, response) => {
    const wanted = packages.find(
      ({ poolPath }) => decodeURIComponent(request.url!) === `/${poolPath}`,
    );
    if (!wanted) {
      missed.push(request.url!);
      response.writeHead(404).end();
      return;
    }
    readFile(join(HOST.cacheDirectory, 'packages', `${wanted.sha256}.deb`)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, missed };
}

beforeAll(async () => {
  await mustRun('fetch', '--arch', ARCH);
  mirror = await startMirror();

  const gguf = Buffer.concat([await modelGguf(), Buffer.alloc(MODEL_BYTES, 1)]);
  await writeFile(folder.file('model.gguf'), gguf);
  const many = folder.file('many');
  for (let index = 0; index < FILES; index++) {
    const below = join(many, String(index % 10));
    await mkdir(below, { recursive: true });
    await writeFile(join(below, `${index}.bin`), Buffer.alloc(50_000, index));
  }
  await mustRun(
    ...['image', 'model', folder.file('model.gguf'), '--add', `${many}:/many`],
    ...['--out', folder.file('many.img')],
  );
  ({ checkpoint, tokenizer } = await embeddedCheckpoint(folder.file('tiny')));
});

afterAll(() => {
  mirror.server.close();
  mirror.server.closeAllConnections();
});

const bringModel = ({ work }: KillPlace): Promise<void> =>
  copyFile(folder.file('model.gguf'), join(work, 'model.gguf'));

const COMMANDS: Readonly<Record<string, () => KilledCommand>> = {
  'image model, raw': () => ({
    args: ['image', 'model', 'model.gguf', '--out', 'out/model.img', '--verify'],
    prepare: bringModel,
  }),
  'image model, vmdk': () => ({
    args: ['image', 'model', 'model.gguf', '--format', 'vmdk', '--out', 'out/model.vmdk'],
    prepare: bringModel,
  }),
  'image efi': () => ({ args: ['image', 'efi', '--out', 'out/efi.img'] }),
  'image initramfs': () => ({
    args: ['image', 'initramfs', '--offline'],
    prepare: ({ cache }) => copyPackages(cache),
  }),
  extract: () => ({ args: ['extract', folder.file('many.img'), '--out', 'out', '--force'] }),
  'model convert': () => ({
    args: [...['model', 'convert', checkpoint, '--tokenizer', tokenizer, '--out', 'out/tiny.gguf']],
  }),
  fetch: () => ({
    args: ['fetch', '--arch', ARCH],
    env: { ZOSIA_DEBIAN_MIRROR: mirror.url },
  }),
  'fetch --from': () => ({
    args: ['fetch', '--from', 'output', '--arch', 'aarch64'],
    prepare: async ({ work }) => {
      const images = join(work, 'output/images');
      await mkdir(images, { recursive: true });
      // The head of a kernel for arm64, and a root file system that says nothing of a machine.
      const kernel = Buffer.alloc(2 ** 24);
      kernel.write('ARMd', 56, 'latin1');
      await writeFile(join(images, 'Image'), kernel);
      await writeFile(join(images, 'rootfs.cpio'), Buffer.alloc(2 ** 24, 'x'));
    },
  }),
  'build guest': () => ({
    args: ['build', 'guest', '--builder', 'host', '--arch', ARCH, '--out', 'out'],
  }),
};

/** Says how it went: these runs take long, and what they show is in the figures, too. */
async function check(name: string, command: KilledCommand, kills: number): Promise<void> {
  const report = await killAgainAndAgain(folder.file(name), command, kills);
  const { usualMs, killed, abandoned, left, missing } = report;
  console.log(
    `${name}: ${kills} runs of up to ${Math.round(usualMs)} ms, ${killed} of them killed, ` +
      `${abandoned.length} files abandoned by then, ${left.length} after one more run`,
  );
  expect({ left, missing }).toEqual({ left: [], missing: [] });
}

describe('a command that is killed with SIGKILL at any moment and run again', () => {
  it.each(Object.entries(COMMANDS))('%s leaves nothing but its output', async (name, command) => {
    await check(name, command(), KILLS);
    // Whoever has to ask elsewhere is not what is meant to be killed.
    expect(mirror.missed).toEqual([]);
  });

  it('up --prompt leaves nothing but its output', async () => {
    await check(
      'up',
      {
        args: ['up', '--prompt', 'Once upon a time', '-n', '8', '--offline'],
        prepare: ({ cache }) => copyPackages(cache),
      },
      KILLS_OF_MACHINES,
    );
  });
});
