import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { refuseNotUtf8 } from '../../src/cli/argument-bytes.js';
import { CLI } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';
import { skipWhere } from '../support/skipping.js';

/** A command line as /proc has it, each byte a character. */
const commandLine = (...args: readonly string[]) => {
  return () => Buffer.from(args.map((arg) => `${arg}\0`).join(''), 'latin1');
};
const REPLACED = 'mod\ufffdle.gguf';

describe('an argument that is not UTF-8', () => {
  it.each([
    [['node', '--flag', 'zosia', 'info', 'mod\xe8le.gguf'], 'mod\\xe8le.gguf'],
    [['node', 'zosia', '', 'caf\xc3\xa9 \xff'], 'caf\\xc3\\xa9 \\xff'],
  ])('is rejected with an error that shows its bytes: %j', (all, shown) => {
    const tell = () => {
      refuseNotUtf8(['info', REPLACED], commandLine(...all));
    };
    expect(tell).toThrow(`the argument ${shown} is not UTF-8`);
  });

  it('is distinguished from one that contains U+FFFD', () => {
    const genuine = Buffer.from(REPLACED).toString('latin1');
    // Whatever a folder above Node is called.
    refuseNotUtf8(['info', REPLACED], commandLine('/\xff/node', 'zosia', 'info', genuine));
  });

  it('is accepted on a system that does not provide its bytes, and these are read only for a U+FFFD', () => {
    refuseNotUtf8(['info', REPLACED], () => undefined);
    refuseNotUtf8(['info', 'modèle.gguf'], () => {
      throw new Error('asked for');
    });
  });
});

const noProc = skipWhere(!existsSync('/proc/self/cmdline'), 'no /proc/self/cmdline here');
describe('the command line on Linux', noProc, () => {
  const folder = temporaryFolder();
  /** A shell passes bytes on that no string of Node can hold. */
  const shell = (args: string) =>
    execa('sh', ['-c', `"$0" "$1" ${args}`, process.execPath, CLI], {
      cwd: folder.path,
      reject: false,
    });

  it.each([
    `model info "$(printf 'mod\\350le.gguf')"`,
    `ls "$(printf 'disk\\377.img')"`,
    `up --model "$(printf '\\200')"`,
    `run --prompt "$(printf 'caf\\351')"`,
    `image model m.gguf --out "$(printf '\\350.img')"`,
    `extract a.img --out "$(printf '\\350')" --json`,
  ])('prints the bytes of an invalid argument: %s', async (args) => {
    const { stdout, stderr, exitCode } = await shell(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^error: the argument \S*\\x[0-9a-f]{2}\S* is not UTF-8/);
    expect(stderr).toMatch(/^hint: .*UTF-8/m);
  });

  it('opens a file whose name contains U+FFFD', async () => {
    await writeFile(folder.file(REPLACED), 'no model');
    const { stderr, exitCode } = await shell(`model info "$(printf 'mod\\357\\277\\275le.gguf')"`);
    expect(exitCode).toBe(1);
    expect(stderr).not.toMatch(/UTF-8|there is no/);
  });
});
