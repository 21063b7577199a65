import { execFile } from 'node:child_process';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCpio } from '../../../src/formats/cpio/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { composeInitrd, withRunInitrd } from '../../../src/machine/machine.js';
import type { RunRequest } from '../../../src/machine/machine.js';
import { planRunInitrd } from '../../../src/machine/linux/request.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** What the guest would find under /etc/zosia/request. */
async function requestFiles(overlay: Uint8Array): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const member of readCpio(accessBytes(overlay))) {
    if (member.type !== 'file') continue;
    const data = overlay.subarray(member.offset, member.offset + member.sizeBytes);
    files[member.path] = Buffer.from(data).toString('utf8');
  }
  return files;
}

async function compose(base: Uint8Array, request: RunRequest) {
  await writeFile(join(folder(), 'base'), base);
  const out = join(folder(), 'out');
  await composeInitrd(join(folder(), 'base'), request, out);
  return readFile(out);
}

describe('composeInitrd', () => {
  it.each([1, 2, 3, 4, 5, 4097])('appends the request to a base of %i bytes', async (size) => {
    const base = new Uint8Array(size).fill(0xaa);
    const initrd = await compose(base, {
      args: ['--temp', '0', ''],
      chatTemplate: 'Zażółć\n',
      terminal: { rows: 24, columns: 80, term: 'xterm-256color' },
    });
    const overlayOffset = Math.ceil((size + 4) / 4) * 4;
    expect([...initrd.subarray(0, size)]).toEqual([...base]);
    expect([...initrd.subarray(size, overlayOffset)].every((byte) => byte === 0)).toBe(true);
    expect(await requestFiles(initrd.subarray(overlayOffset))).toEqual({
      '/etc/zosia/request/args': '--temp\x000\0\0',
      '/etc/zosia/request/chat-template': 'Zażółć\n',
      '/etc/zosia/request/terminal': '24 80 xterm-256color\n',
    });
  });

  it('contains the chat template unchanged, and that reasoning is to be hidden', async () => {
    const chatTemplate = '{{ "größe" }}\r\n';
    const given = await compose(new Uint8Array(4), { args: [], chatTemplate, hideReasoning: true });
    expect(await requestFiles(given.subarray(4))).toEqual({
      '/etc/zosia/request/args': '',
      '/etc/zosia/request/chat-template': chatTemplate,
      '/etc/zosia/request/reasoning': 'hide\n',
    });
    const shown = await compose(new Uint8Array(4), { args: [], hideReasoning: false });
    expect(await requestFiles(shown.subarray(4))).toEqual({ '/etc/zosia/request/args': '' });
  });

  it('tells that it is a worker, or how many workers it has', async () => {
    const worker = await compose(new Uint8Array(4), { args: [], worker: true });
    expect(await requestFiles(worker.subarray(4))).toEqual({
      '/etc/zosia/request/args': '',
      '/etc/zosia/request/worker': '',
    });
    const head = await compose(new Uint8Array(4), { args: [], worker: false, workers: 16 });
    expect(await requestFiles(head.subarray(4))).toEqual({
      '/etc/zosia/request/args': '',
      '/etc/zosia/request/workers': '16\n',
    });
    for (const workers of [0, 17]) {
      expect(() => planRunInitrd('base', 4, { args: [], workers })).toThrow(RangeError);
    }
  });

  it('contains that the host is to be met, and that what is asked comes through a port', async () => {
    const given = await compose(new Uint8Array(4), { args: [], wake: true, serve: true });
    expect(await requestFiles(given.subarray(4))).toEqual({
      '/etc/zosia/request/args': '',
      '/etc/zosia/request/wake': '',
      '/etc/zosia/request/serve': '',
    });
    const none = await compose(new Uint8Array(4), { args: [], wake: false, serve: false });
    expect(await requestFiles(none.subarray(4))).toEqual({ '/etc/zosia/request/args': '' });
  });

  it('leaves out what was not requested', async () => {
    const none = await compose(new Uint8Array(4), { args: [] });
    expect(await requestFiles(none.subarray(4))).toEqual({ '/etc/zosia/request/args': '' });
  });

  it('is a plain archive that cpio reads', async () => {
    const initrd = await compose(new Uint8Array(4), { args: ['a'], chatTemplate: 'b' });
    await writeFile(join(folder(), 'overlay'), initrd.subarray(4));
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'cpio -t --quiet < "$0"',
      join(folder(), 'overlay'),
    ]);
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual([
      ...['etc', 'etc/zosia', 'etc/zosia/request'],
      ...['etc/zosia/request/args', 'etc/zosia/request/chat-template'],
    ]);
  });

  it('carries any arguments', async () => {
    const arg = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(arg), async (args) => {
        const initrd = await compose(new Uint8Array(4), { args });
        const files = await requestFiles(initrd.subarray(4));
        expect(files['/etc/zosia/request/args']!.split('\0').slice(0, -1)).toEqual(args);
      }),
      { numRuns: 20 },
    );
    expect(() => planRunInitrd('base', 4, { args: ['a\0b'] })).toThrow(RangeError);
  });

  it('rejects a base that is missing or empty', async () => {
    await writeFile(join(folder(), 'empty'), '');
    for (const base of ['missing', 'empty', '.']) {
      await expect(
        composeInitrd(join(folder(), base), { args: [] }, join(folder(), 'out')),
      ).rejects.toMatchObject({ code: 'ZOSIA_FILE_NOT_FOUND' });
    }
    expect(await readdir(folder())).toEqual(['empty']);
  });
});

describe('withRunInitrd', () => {
  it('keeps the initrd private to the user, and removes it afterwards', async () => {
    const base = join(folder(), 'base');
    await writeFile(base, 'base');
    let seen = '';
    const run = withRunInitrd({ initrd: base }, { args: ['secret'] }, async (path) => {
      seen = path;
      const { mode } = await stat(join(path, '..'));
      expect(mode & 0o777).toBe(0o700);
      expect((await readFile(path)).includes('secret')).toBe(true);
      throw new Error('the machine failed');
    });
    await expect(run).rejects.toThrow('the machine failed');
    await expect(stat(join(seen, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
