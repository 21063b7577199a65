import { copyFile, mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { lockedPackages, readLock } from '../../src/artifacts/lock.js';
import type { Component } from '../../src/artifacts/lock.js';
import { CLI, zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';

/** The name of every file below a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('a damaged package in the cache', () => {
  const folder = temporaryFolder();

  it('is reported and removed, and the next run downloads it again', async () => {
    const env = { ZOSIA_CACHE: folder.file('cache') };
    const args = ['fetch', 'llama', '--arch', 'aarch64', '--json'];
    const fetched = await zosia(args, { cwd: folder.path });
    expect(fetched.exitCode).toBe(0);
    const packages = JSON.parse(fetched.stdout) as { name: string; path: string }[];
    // What the usual cache has need not come over the network once more.
    const inCache = (path: string): string => join(env.ZOSIA_CACHE, 'packages', basename(path));
    await mkdir(join(env.ZOSIA_CACHE, 'packages'), { recursive: true });
    for (const { path } of packages) await copyFile(path, inCache(path));
    const victim = inCache(packages.find(({ name }) => name === 'zlib1g')!.path);
    const bytes = await readFile(victim);
    bytes[1000]! ^= 1;
    await writeFile(victim, bytes);

    const refused = await zosia(args, { cwd: folder.path, env });
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain(victim);
    expect(refused.stderr).toMatch(/^hint: /m);
    expect(await filesIn(env.ZOSIA_CACHE)).not.toContain(basename(victim));
    expect((await zosia(args, { cwd: folder.path, env })).exitCode).toBe(0);
  });

  it('is an error when downloads are not allowed', async () => {
    const env = { ZOSIA_CACHE: folder.file('empty') };
    const offline = await zosia(['fetch', '--offline', '--arch', 'x86_64'], { env });
    expect(offline).toMatchObject({ exitCode: 1, stdout: '' });
    const lock = await readLock();
    const names = (component: Component): string =>
      lockedPackages(lock, 'x86_64', [component])
        .map(({ name }) => name)
        .join(', ');
    expect(offline.stderr).toBe(
      `error: not in the cache: ${names('llama')}\nhint:  Run "zosia fetch" once while online.\n`,
    );
    const kernel = await zosia(['fetch', 'kernel', '--offline', '--arch', 'x86_64'], { env });
    expect(kernel.stderr).toBe(
      `error: not in the cache: ${names('kernel')}\nhint:  Run "zosia fetch kernel" once while online.\n`,
    );
  });
});

describe('a model disk', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await mkdir(folder.file('out'));
  });

  it('leaves nothing behind when it exceeds the file size limit', async () => {
    const out = folder.file('out/disk.img');
    const args = ['image', 'model', EMBEDDED_MODEL, '--format', 'raw', '--out', out];
    // The shell's limit on the size of files, in blocks of 512 bytes or of 1 KiB.
    const { exitCode, stderr } = await execa(
      '/bin/sh',
      ['-c', 'ulimit -f 100; exec "$@"', 'sh', process.execPath, CLI, ...args],
      { reject: false },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: .*disk\.img is larger than a file may be there/);
    expect(stderr).toMatch(/^hint: /m);
    expect(await readdir(folder.file('out'))).toEqual([]);
  });

  it('leaves nothing behind when it does not fit on the disk', async ({ skip }) => {
    const small = folder.file('small');
    await mkdir(small);
    // A disk of 256 KiB, in namespaces where every user may mount one.
    const namespaces = ['unshare', '--user', '--map-root-user', '--mount'];
    const [program, ...flags] = namespaces;
    const probe = await execa(program!, [...flags, 'true'], { reject: false });
    if (probe.failed) skip('no user namespaces on this host');
    const script = [
      'mount -t tmpfs -o size=256k tmpfs "$1" || exit 9',
      'cd "$1"; shift; "$@"; status=$?',
      'ls -A; exit $status',
    ].join('\n');
    const command = [process.execPath, CLI, 'image', 'model', EMBEDDED_MODEL, '--out', 'disk.img'];
    const refused = await execa(
      program!,
      [...flags, '/bin/sh', '-c', script, 'sh', small, ...command],
      { reject: false },
    );
    expect(refused.stderr).toMatch(/^error: no room to write|^error: .*\bfree\b/);
    expect(refused.stderr).toMatch(/^hint: /m);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it('leaves nothing behind when it is cancelled', async () => {
    // Large enough that the signal finds the copy under way, even if this process has to wait for its
    // turn; sparse, so that it costs no room.
    const large = folder.file('large.gguf');
    await copyFile(EMBEDDED_MODEL, large);
    await truncate(large, 64 * 2 ** 30);
    const child = execa(
      process.execPath,
      [CLI, 'image', 'model', large, '--format', 'raw', '--out', folder.file('out/large.img')],
      { reject: false },
    );
    while ((await readdir(folder.file('out'))).length === 0 && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGINT');
    const { exitCode } = await child;
    expect(exitCode).toBe(130);
    expect(await readdir(join(folder.path, 'out'))).toEqual([]);
  });
});
