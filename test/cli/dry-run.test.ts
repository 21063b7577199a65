import { lstat, mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { digestBytes } from '../../src/host/digest.js';
import { saveProfile } from '../../src/perf/profiles-file.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { makeFakeQemu } from '../machine/support/fake-qemu.js';
import { sampleFirmware } from '../machine/support/firmware.js';
import { writeSampleFiles } from '../recipes/efi/samples.js';
import { zosia } from '../support/cli.js';
import { withOption } from '../support/commands.js';
import { temporaryFolder } from '../support/temporary.js';

/** A call of each kind of every command that has the option, by the words of the command. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  // Starts no machine, and asks an archive: test/cli/fetch-update.test.ts has it, with a server.
  fetch: [],
  // Of the store of models: test/models/store/store.test.ts has it.
  'model prune': [],
  up: [
    '',
    'model.gguf --prompt x --profile mine --frozen',
    'model.gguf --uefi --firmware firmware.fd',
    '--machine efi --prompt x --temp 0 --firmware firmware.fd',
    '--machine efi model.gguf --ctx 64 --chat-template none --model-as partition --firmware firmware.fd',
    '--machine efi tiny.bin --tokenizer tiny-tokenizer.bin --screenshot s.png --firmware firmware.fd',
  ],
  'run linux': ['--prompt x --profile mine', '--diag', '--verify --allow-outside'],
  'run efi': ['--prompt x --debug --screenshot s.png --firmware firmware.fd'],
  'worker run': ['--ram 512'],
  serve: ['model.gguf --alias gpt --ctx 512', '--no-key'],
  'perf run': ['--results new.csv --log-dir logs', 'model.gguf --results perf.csv'],
  'perf tune': ['model.gguf --threads 1 --save-profile mine --results perf.csv --log-dir logs'],
};

const folder = temporaryFolder();

/** What a host has for zosia: the folder that it is run in, its cache, its folder for temporary files. */
interface Host {
  readonly root: string;
  readonly work: string;
  readonly env: Record<string, string>;
}

/** A host with models, but nothing that zosia has made. */
async function makeHost(name: string): Promise<Host> {
  const root = folder.file(name);
  const [work, tmp] = [join(root, 'work'), join(root, 'tmp')];
  for (const path of [work, tmp]) await mkdir(path, { recursive: true });
  await writeFile(join(work, 'model.gguf'), await modelGguf());
  await writeFile(join(work, 'firmware.fd'), sampleFirmware('aarch64'));
  await writeSampleFiles(work);
  await saveProfile('mine', { threads: 1, llamaArgs: [] }, join(work, 'zosia.perf.json'));
  // What somebody left who was killed: whoever changes anything removes it.
  await writeFile(join(tmp, 'zosia-999999999-1-00000000-abc'), '');
  const env = {
    PATH: [folder.file('bin'), process.env.PATH].join(delimiter),
    ...{ HOME: root, ZOSIA_CACHE: join(root, 'cache'), TMPDIR: tmp },
  };
  return { root, work, env };
}

/** A host on which everything has been made that a dry run names. */
async function makeBuiltHost(name: string): Promise<Host> {
  const host = await makeHost(name);
  const { work, env } = host;
  await mkdir(join(work, 'artifacts/aarch64'), { recursive: true });
  for (const file of ['Image', 'initramfs.cpio']) {
    await writeFile(join(work, 'artifacts/aarch64', file), file);
  }
  for (const line of [
    'image model model.gguf --format vmdk --verify',
    'image efi --model tiny.bin --tokenizer tiny-tokenizer.bin --format vmdk',
    // Fills the cache with the facts of QEMU.
    'run --arch aarch64 --accel tcg --ci',
  ]) {
    const made = await zosia(line.split(' '), { cwd: work, env });
    expect(made.exitCode, made.stderr).toBe(0);
  }
  await writeFile(join(work, 'artifacts/model-disk/.zosia-999999999-1-00000000-1.tmp'), '');
  return host;
}

/** Everything below a folder: what it is, when it was changed, and what is in it. */
async function snapshot(path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const look = async (at: string): Promise<void> => {
    const status = await lstat(at, { bigint: true });
    const { mode, size, mtimeNs, ctimeNs, ino } = status;
    let content = '';
    if (status.isFile()) content = digestBytes(await readFile(at));
    if (status.isSymbolicLink()) content = await readlink(at);
    found[at] = [mode, size, mtimeNs, ctimeNs, ino, content].join(' ');
    if (!status.isDirectory()) return;
    for (const name of await readdir(at)) await look(join(at, name));
  };
  await look(path);
  return found;
}

describe('--dry-run', () => {
  beforeAll(async () => {
    await makeFakeQemu(folder.file('bin'), {
      machine: `process.stdout.write('answer'); done(0);`,
    });
  });

  it('is tested by this file for every command that has it', () => {
    expect(Object.keys(CALLS).sort()).toEqual(withOption('--dry-run').sort());
  });

  describe.each([
    ['where nothing has been made', makeHost, /^run |^perf run --results/],
    ['where everything is there', makeBuiltHost, /^$/],
  ])('%s', (name, make, failing) => {
    let host: Host;
    beforeAll(async () => {
      host = await make(name);
    });

    it.each(Object.entries(CALLS))('%s changes no file', async (words, calls) => {
      const { work: cwd, env } = host;
      const before = await snapshot(host.root);
      const lines = calls.map((call) => `${words} ${call} --arch aarch64 --accel tcg --dry-run`);
      const ends = await Promise.all(lines.map((line) => zosia(line.split(/ +/), { cwd, env })));
      expect(await snapshot(host.root)).toEqual(before);
      for (const [i, { stdout, stderr, exitCode }] of ends.entries()) {
        const fails = failing.test(lines[i]!);
        expect(exitCode, `${lines[i]}\n${stderr}`).toBe(fails ? 1 : 0);
        if (!fails) expect(stdout, lines[i]).toMatch(/qemu-system-aarch64'? -nodefaults /);
      }
    });
  });

  it('reports which files of the command a real run makes first', async () => {
    const { work, env } = await makeHost('fresh');
    const machine = ['--arch', 'aarch64', '--accel', 'tcg', '--dry-run'];
    const linux = await zosia(['up', 'model.gguf', ...machine], { cwd: work, env });
    expect(linux.stderr).toMatch(
      /^zosia: a real run first makes what is missing: \S.*Image, .*initramfs\.cpio, .*model\.vmdk\n$/,
    );
    const efi = ['up', '--machine', 'efi', '--firmware', 'firmware.fd', ...machine];
    expect((await zosia(efi, { cwd: work, env })).stderr).toMatch(
      /^zosia: a real run first makes what is missing: \S.*llama2-disk\.vmdk\n/m,
    );
  });

  it('tests the accelerator of the host, and stores nothing', async () => {
    const host = await makeHost('probed');
    const arch = hostArchitecture();
    const program = `qemu-system-${arch}`;
    const qemu = await makeFakeQemu(join(host.root, 'bin'), {
      ...{ program, accelerators: ['tcg', 'kvm', 'hvf'] },
    });
    const before = await snapshot(host.root);
    const env = { ...host.env, PATH: [qemu.folder, process.env.PATH].join(delimiter) };
    const line = `up model.gguf --arch ${arch} --dry-run`;
    const { exitCode, stderr } = await zosia(line.split(' '), { cwd: host.work, env });
    expect(exitCode, stderr).toBe(0);
    const after = await snapshot(host.root);
    // The probe's program was in a folder of its own there.
    const changing = [host.env.TMPDIR!, qemu.folder, join(qemu.folder, 'calls.jsonl')];
    for (const path of changing) {
      Reflect.deleteProperty(before, path);
      Reflect.deleteProperty(after, path);
    }
    expect(after).toEqual(before);
  });
});
