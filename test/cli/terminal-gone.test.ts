import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { openTerminal } from '../support/terminal.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Runs what it is given on its own terminal, outlives that, and writes down how the other ended. */
const WITNESS = `
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
const [result, ...args] = process.argv.slice(2);
const child = spawn(process.execPath, args, { stdio: 'inherit' });
// As a shell does, and the kernel: one of the two comes while the first is being heeded.
process.on('SIGHUP', () => {
  for (const afterMs of [0, 1, 2, 5, 10, 20, 50]) setTimeout(() => child.kill('SIGHUP'), afterMs);
});
child.on('exit', (code, signal) => {
  writeFileSync(result + '.new', JSON.stringify({ code, signal }));
  renameSync(result + '.new', result);
});`;

describe('zosia on a terminal that is closed', () => {
  it('ends by SIGHUP, and does not abort', async () => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    // It never answers: the command is at work when its terminal goes.
    const server = createServer(() => {
      asked();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await writeFile(folder.file('witness.mjs'), WITNESS);
      const result = folder.file('result.json');
      const url = `http://127.0.0.1:${port}/output.tar`;
      const terminal = openTerminal(
        process.execPath,
        [folder.file('witness.mjs'), result, CLI, 'fetch', '--from', url],
        {
          cwd: folder.path,
          env: { NO_PROXY: '127.0.0.1', ZOSIA_CACHE: folder.file('cache') },
        },
      );
      await isAsked;
      terminal.close();
      await expect
        .poll(() => readFile(result, 'utf8').catch(() => ''), { timeout: 30_000 })
        .toBe('{"code":null,"signal":"SIGHUP"}');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
