import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { printable, printableJson, printableLines } from '../../../src/cli/output/printable.js';
import { bytesData } from '../../../src/image/file-data.js';
import { planExt4 } from '../../../src/formats/ext4/plan.js';
import { escapeName } from '../../../src/formats/escaped-name.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const anyText = fc.string({ unit: 'binary' });

describe('printable', () => {
  it('escapes control characters as in the names of files, and nothing else', () => {
    expect(printable('\u001b[2J\r\n\u009b1m ä模 \\ "')).toBe(
      '\\x1b[2J\\x0d\\x0a\\xc2\\x9b1m ä模 \\ "',
    );
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(!text.includes('\\'));
        expect(printable(text)).toBe(escapeName(Buffer.from(text)));
      }),
    );
  });

  it.each([
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\u{e0041}',
    '\u2028',
  ])('escapes the invisible %j', (character) => {
    const bytes = Buffer.from(character).toString('hex').replace(/../g, '\\x$&');
    expect(printable(`a${character}b`)).toBe(`a${bytes}b`);
    expect(printableLines(`a\n${character}b`)).toBe(`a\n${bytes}b`);
    const json = printableJson(JSON.stringify({ character }));
    expect(json).toMatch(/^[ -~]*$/);
    expect(JSON.parse(json)).toEqual({ character });
  });

  it('keeps line breaks in texts of several lines', () => {
    expect(printableLines('a\n\tb\u001b\r')).toBe('a\n\tb\\x1b\\x0d');
  });

  it('does not change the meaning of JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const json = printableJson(JSON.stringify(text));
        expect(json).not.toMatch(/\p{Cc}/u);
        expect(JSON.parse(json)).toBe(text);
      }),
    );
  });
});

describe('text from files', () => {
  const folder = temporaryFolder();
  const EVIL = '\u001b[2J\u009b1m';
  const HIDDEN = '/a\u202etxt.exe';
  const run = (...args: string[]) => zosia(args, { cwd: folder.path });

  beforeAll(async () => {
    const name = { type: 'string', value: `${EVIL}\nsize 1 B` } as const;
    await writeFile(folder.file('evil.gguf'), await modelGguf({ 'general.name': name }));
    await writeRaw(
      planExt4([{ path: HIDDEN, type: 'file', data: bytesData(Buffer.of()) }], { label: EVIL }),
      folder.file('disk.img'),
    );
  });

  it.each([
    ['a model', ['model', 'info', 'evil.gguf'], /^name +\\x1b\[2J\\xc2\\x9b1m\\x0asize 1 B$/m],
    ['a file system', ['inspect', 'disk.img'], /^label +\\x1b\[2J\\xc2\\x9b1m$/m],
    ['a model, as JSON', ['model', 'info', 'evil.gguf', '--json'], /\\u001b\[2J\\u009b1m\\n/],
    ['a file system, as JSON', ['inspect', 'disk.img', '--json'], /\\u001b\[2J\\u009b1m"/],
  ])('is escaped for the terminal: %s', async (_what, args, expected) => {
    const { stdout, exitCode } = await run(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(expected);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('is escaped in the names of files', async () => {
    const listed = await run('ls', 'disk.img');
    expect(listed.stdout).toContain('a\\xe2\\x80\\xaetxt.exe');
    const found = await run('cat', 'disk.img', '/a\\xe2\\x80\\xaetxt.exe');
    expect(found).toMatchObject({ exitCode: 0, stdout: '' });
    for (const args of [[], ['-l'], ['--json'], ['-R', '--json']]) {
      const { stdout } = await run('ls', 'disk.img', ...args);
      expect(stdout).not.toMatch(/\p{Cf}/u);
    }
    expect((await run('verify', 'disk.img')).stdout).not.toMatch(/\p{Cf}/u);
  });

  it('is escaped in messages, too', async () => {
    const { stderr, exitCode } = await run('inspect', `${EVIL}.img`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('\\x1b[2J\\xc2\\x9b1m.img');
    expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
