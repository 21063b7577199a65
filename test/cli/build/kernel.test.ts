import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../../src/image/sha256.js';
import { zosia } from '../../support/cli.js';
import { closeServer } from '../../support/close-server.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';
import { makeFakeSource, makeFakeTools } from '../../toolchain/kernel/fake-source.js';

describeWithPrograms(['make', 'tar', 'xz'], 'zosia build kernel --source', () => {
  const folder = temporaryFolder();
  let archive: Buffer;
  let bin: string;
  let server: Server;
  let requests = 0;
  beforeAll(async () => {
    bin = await makeFakeTools(folder.file('bin'));
    // Its configuration is the one that is asked for; the version makes it another compiler than the host's.
    await writeFile(join(bin, 'clang'), '#!/bin/sh\necho "clang of the test"\n', { mode: 0o755 });
    archive = makeFakeSource(folder.path, 'linux-6.1', 'J');
    server = createServer((_request, response) => {
      requests++;
      response.end(archive);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => closeServer(server));

  const url = (): string =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/v6.x/linux-6.1.tar.xz`;
  const build = (...args: string[]) =>
    zosia(['build', 'kernel', '--arch', 'aarch64', '--builder', 'host', '--out', 'out', ...args], {
      env: {
        PATH: [bin, process.env.PATH].join(delimiter),
        ZOSIA_CACHE: folder.file('cache'),
      },
      cwd: folder.path,
    });

  it('builds from an address, pins it by its digest, and downloads nothing for what is there', async () => {
    const pinned = ['--source', url(), '--sha256', sha256(archive).toUpperCase()];
    const first = await build(...pinned, '--json');
    expect(first).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(first.stdout)).toMatchObject({ written: true, builder: 'host' });
    const manifest = JSON.parse(await readFile(folder.file('out/Image.json'), 'utf8')) as {
      inputs: object[];
    };
    expect(manifest.inputs).toContainEqual({ name: 'linux-6.1.tar.xz', sha256: sha256(archive) });
    expect(requests).toBe(1);

    const again = await build(...pinned);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toMatch(/^up to date: .* with clang of the test\n$/);
    expect(requests).toBe(1);

    // Another version of the compiler makes another kernel, of the source that is in the cache.
    await writeFile(join(bin, 'clang'), '#!/bin/sh\necho "clang, renewed"\n', { mode: 0o755 });
    expect((await build(...pinned, '--offline')).stdout).toMatch(/^out.* with clang, renewed\n$/);
    expect(requests).toBe(1);
  });

  it('builds nothing from other bytes, nor from an address without a network', async () => {
    const wrong = await build('--source', url(), '--sha256', '0'.repeat(64), '--out', 'wrong');
    expect(wrong).toMatchObject({ exitCode: 1 });
    expect(wrong.stderr).toContain(`linux-6.1.tar.xz has the sha256 ${sha256(archive)}`);
    await expect(readFile(folder.file('wrong/Image'))).rejects.toThrow('ENOENT');

    const unknown = ['--source', url(), '--sha256', '0'.repeat(64), '--out', 'offline'];
    const offline = await build(...unknown, '--offline');
    expect(offline).toMatchObject({ exitCode: 1 });
    expect(offline.stderr).toContain(`not in the cache: ${url()}`);
  });

  it.each([
    [['--source', 'linux.tar.xz'], '--sha256'],
    [['--sha256', '0'.repeat(64)], '--source'],
    [['--source', 'linux.tar.xz', '--sha256', 'abc'], '64 hexadecimal digits'],
  ])('is a wrong usage with %j', async (args, said) => {
    const { stderr, exitCode } = await build(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
  });
});
