import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestBytes } from '../../../src/host/digest.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { sampleFirmware } from '../../machine/support/firmware.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const PROMPTS = ['first', 'second'] as const;
const UP = ['up', '--machine', 'efi', 'tiny.bin', '--tokenizer', 'tiny-tokenizer.bin'];
const IMAGE = 'image efi --model tiny.bin --tokenizer tiny-tokenizer.bin --format vmdk'.split(' ');

/**
 * A machine that reads its disk only once both have begun, and answers with the settings that it has
 * found there.
 */
const READS_WHEN_BOTH_RUN = `
  const { readFileSync, readdirSync } = require('node:fs');
  writeFileSync('began-' + process.pid, '');
  const vmdk = /filename=(.*\\.vmdk)/.exec(args.join('\\n'))[1].replaceAll(',,', ',');
  // Should the other one fail, its message is shown rather than that the test takes too long.
  setTimeout(() => process.exit(1), 120_000).unref();
  const look = () => {
    if (readdirSync('.').filter((name) => name.startsWith('began-')).length < 2) return setTimeout(look, 20);
    const metadata = readFileSync(vmdk.replace('.vmdk', '-metadata.img'), 'latin1');
    const settings = /model=[^\\0]*/.exec(metadata)[0];
    process.stdout.write('\\x02' + settings + '\\x03\\x04', () => process.exit(0));
  };
  look();`;

let env: Record<string, string>;
const run = (args: readonly string[], cwd: string) => zosia(args, { cwd: folder.file(cwd), env });

/** The sha256 of what lies in a folder's artifacts/efi, by name. */
async function products(cwd: string): Promise<Record<string, string>> {
  const path = folder.file(`${cwd}/artifacts/efi`);
  const found: Record<string, string> = {};
  for (const name of (await readdir(path)).sort()) {
    found[name] = digestBytes(await readFile(join(path, name)));
  }
  return found;
}

beforeAll(async () => {
  const { folder: bin } = await makeFakeQemu(folder.file('bin'), { machine: READS_WHEN_BOTH_RUN });
  env = { PATH: [bin, process.env.PATH].join(delimiter), ZOSIA_CACHE: folder.file('cache') };
  await writeFile(folder.file('firmware.fd'), sampleFirmware('aarch64'));
  for (const name of ['runs', 'image', 'embedded']) {
    await mkdir(folder.file(name));
    await writeSampleFiles(folder.file(name));
  }
});

const MACHINE = ['--arch', 'aarch64', '--accel', 'tcg', '--firmware', '../firmware.fd'];

describe('two runs of zosia up --machine efi at once', () => {
  it('answer their own prompts, and leave the same disk as zosia image efi', async () => {
    const answers = await Promise.all(
      PROMPTS.map((prompt, i) =>
        run([...UP, ...MACHINE, '--prompt', prompt, '--seed', String(i)], 'runs'),
      ),
    );
    for (const [i, { stdout, stderr, exitCode }] of answers.entries()) {
      expect(exitCode, stderr).toBe(0);
      const [prompt, other] = [PROMPTS[i]!, PROMPTS[1 - i]!];
      expect(stdout).toContain(`prompt=${prompt}\n`);
      expect(stdout).toContain(`seed=${i}\n`);
      expect(stdout).toContain('answer=serial\n');
      expect(stdout).not.toContain(other);
    }
    expect((await run(IMAGE, 'image')).exitCode).toBe(0);
    const kept = await products('runs');
    const written = await products('image');
    expect(Object.keys(kept)).toEqual(Object.keys(written));
    expect(Object.keys(kept)).toHaveLength(3);
    for (const name of ['llama2-disk.vmdk', 'llama2-disk-metadata.img']) {
      expect(kept[name], name).toBe(written[name]);
    }
    // The manifest has the times of its files; in the same place it stays as it is.
    const again = await run(IMAGE, 'runs');
    expect(again.stderr).toMatch(/^up to date: /m);
    expect(await products('runs')).toEqual(kept);
  });

  it('leave the same disk as zosia image efi for the built-in model', async () => {
    const up = ['up', '--machine', 'efi', ...MACHINE];
    const answers = await Promise.all(
      PROMPTS.map((prompt) => run([...up, '--prompt', prompt, '--temp', '0.25'], 'embedded')),
    );
    for (const { stdout, stderr, exitCode } of answers) {
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('temp=0.25\n');
    }
    const kept = await products('embedded');
    const again = await run(['image', 'efi', '--format', 'vmdk'], 'embedded');
    expect(again.stderr).toMatch(/^up to date: /m);
    expect(await products('embedded')).toEqual(kept);
  });
});
