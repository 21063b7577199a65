import { copyFile, mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEfiDisk } from '../../../src/recipes/efi/existing-disk.js';
import { readDiskSettings } from '../../../src/recipes/efi/disk-settings.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { qmpMachine } from '../../machine/support/fake-qmp.js';
import { parseSettings } from '../../../src/formats/llama2c/settings/file.js';
import { DEFAULT_EFI_SETTINGS } from '../../../src/formats/llama2c/settings/settings.js';
import { sampleFirmware } from '../../machine/support/firmware.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
const UP = ['up', '--machine', 'efi', 'tiny.bin', '--tokenizer', 'tiny-tokenizer.bin'];

/** An environment whose QEMU is the given JavaScript. */
async function withQemu(name: string, machine: string): Promise<Record<string, string>> {
  const { folder: path } = await makeFakeQemu(folder.file(name), {
    machine: `if (args.includes('-mon')) { ${qmpMachine(['picture'])} } ${machine}`,
  });
  return {
    PATH: [path, process.env.PATH].join(delimiter),
    ZOSIA_CACHE: folder.file('cache'),
    TMPDIR: folder.file('tmp'),
  };
}

/** Keeps what is on the disk of the run beside its model: `llama2.cfg`, among others. */
const KEEPS = `require('node:fs').copyFileSync(
  /filename=(.*run)[.]vmdk/.exec(args.join('\\n'))[1].replaceAll(',,', ',') + '-metadata.img', 'seen.img');`;
const ANSWERS = `${KEEPS} process.stdout.write('Once\\x02 upon\\x03 upon\\r\\n\\x04');`;
const ends = (machine: string) => machine.replace(/\);$/, ', () => process.exit(0));');

/** Runs zosia with a machine of its own for aarch64. */
async function run(machine: string, args: readonly string[], { cwd = '.' } = {}) {
  const env = await withQemu('bin', machine);
  const place = args[0] === '--debug' ? 2 : 1;
  const words = args[place] === 'efi' ? place + 1 : place;
  const all = [
    ...args.slice(0, words),
    '--arch',
    'aarch64',
    '--accel',
    'tcg',
    ...args.slice(words),
  ];
  const firmware = folder.file('firmware.fd');
  return zosia([...all, '--firmware', firmware], { cwd: folder.file(cwd), env });
}

beforeAll(async () => {
  await mkdir(folder.file('tmp'));
  await writeSampleFiles(folder.path);
  await writeFile(folder.file('firmware.fd'), sampleFirmware('aarch64'));
  const hello = ['image', 'efi', '--hello', '--size', '2M', '--out', 'hello.img'];
  expect((await zosia(hello, { cwd: folder.path })).exitCode).toBe(0);
});

const diskSettings = async (name: string) => {
  const disk = await openEfiDisk(folder.file(name));
  try {
    return await readDiskSettings(disk.fat);
  } finally {
    await disk.close();
  }
};

/** The settings on the disk of the run that was last. */
async function askedSettings() {
  const metadata = await readFile(folder.file('seen.img'), 'latin1');
  return parseSettings(/model=[^\0]*/.exec(metadata)![0]);
}

describe('zosia up --machine efi', () => {
  it('boots an interactive disk, and leaves one with the default settings that refers to the model', async () => {
    const { stdout, exitCode } = await run(ends(ANSWERS), [...UP, '-n', '7', '--seed', '42']);
    expect({ stdout, exitCode }).toEqual({ stdout: 'Once upon\r\n', exitCode: 0 });
    expect(await askedSettings()).toMatchObject({
      model: 'tiny.bin',
      tokenizer: 'tiny-tokenizer.bin',
      steps: 7,
      seed: 42n,
      interactive: true,
      poweroff: true,
    });
    expect(await diskSettings('artifacts/efi/llama2-disk.vmdk')).toEqual({
      ...DEFAULT_EFI_SETTINGS,
      model: 'tiny.bin',
      tokenizer: 'tiny-tokenizer.bin',
    });
    expect((await stat(folder.file('artifacts/efi/llama2-disk.vmdk'))).size).toBeLessThan(4096);
  });

  it.each(['', 'Once'])('prints only what the model adds to %j', async (prompt) => {
    const args = [...UP, '--prompt', prompt, '--temp', '0', '--top-p', '0.5'];
    const { stdout, exitCode } = await run(ends(ANSWERS), args);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(prompt === '' ? 'upon\n' : ' upon\n');
    expect(await askedSettings()).toMatchObject({
      prompt,
      temp: 0,
      topP: 0.5,
      interactive: false,
      poweroff: true,
      answer: 'serial',
    });
  });

  it('puts the prompt into a template', async () => {
    const args = [...UP, '--prompt', 'Once', '--template', 'Q: {prompt}\nA:'];
    expect((await run(ends(ANSWERS), args)).exitCode).toBe(0);
    expect(await askedSettings()).toMatchObject({
      ...{ prompt: 'Once', template: 'Q: {prompt}\nA:', temp: 1 },
    });
    const bad = await run('', [...UP, '--template', 'Q: A:']);
    expect(bad.stderr).toContain('Give text with {prompt} in it once');
    expect(bad.exitCode).toBe(2);
  });

  it('boots the built-in model when its name is given', async () => {
    const named = await run(ends(ANSWERS), ['up', '--machine', 'efi', 'zosia-tiny']);
    expect(named.exitCode, named.stderr).toBe(0);
    expect(named.stderr).not.toContain('No model is named');
    expect(await diskSettings('artifacts/efi/llama2-disk.vmdk')).toMatchObject({
      ...{ model: 'zosia-tiny.gguf', temp: 0.7, topK: 40 },
    });
  });

  it('rejects a missing checkpoint or tokenizer, and names it', async () => {
    const usage = async (...args: string[]) => {
      const up = ['up', '--machine', 'efi', ...args];
      const { stderr, exitCode } = await zosia(up, { cwd: folder.path });
      expect(exitCode).toBe(2);
      return stderr;
    };
    expect(await usage('--tokenizer', 'tiny.bin')).toMatch(
      /a checkpoint is missing, as in zosia up --machine efi/,
    );
    expect(await usage('tiny.bin')).toMatch(/'--tokenizer <file>' is missing, as in zosia up/);
  });

  it('refuses a tokenizer beside a GGUF, which has its own', async () => {
    const args = ['up', '--machine', 'efi', EMBEDDED_MODEL, '--tokenizer', 'tok.bin'];
    const { stderr, exitCode } = await zosia(args);
    expect(stderr).toMatch(/tokenizer/);
    expect(exitCode).not.toBe(0);
  });
});

describe('zosia run efi', () => {
  it('boots the disk that zosia up has written', async () => {
    const { stdout, exitCode } = await run('', ['run', 'efi', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('artifacts/efi/llama2-disk.vmdk');
    expect(stdout).toMatch(/-bios '?\/.*firmware\.fd/);
    expect(stdout).not.toMatch(/guest_errors|ramfb|fd=3/);
  });

  it('boots the disk that was written last', async () => {
    const places = folder.file('both/artifacts/efi');
    await mkdir(places, { recursive: true });
    for (const name of ['llama2-disk.img', 'llama2-disk.vmdk']) {
      await copyFile(folder.file('hello.img'), `${places}/${name}`);
    }
    for (const [name, other] of [
      ['llama2-disk.img', 'llama2-disk.vmdk'],
      ['llama2-disk.vmdk', 'llama2-disk.img'],
    ]) {
      await utimes(`${places}/${name!}`, 2000, 2000);
      await utimes(`${places}/${other!}`, 1000, 1000);
      const { stdout } = await run('', ['run', 'efi', '--dry-run'], { cwd: 'both' });
      expect(stdout).toContain(name);
      expect(stdout).not.toContain(other);
    }
  });

  it('runs a prompt on a temporary disk, and removes it', async () => {
    const before = await readFile(folder.file('artifacts/efi/llama2-disk.vmdk'), 'utf8');
    const machine = `require('node:fs').copyFileSync(
      /filename=(.*run.vmdk)/.exec(args.join('\\n'))[1].replaceAll(',,', ','), 'seen.vmdk');
      ${ends(ANSWERS)}`;
    const args = ['run', 'efi', '--prompt', 'Once', '-n', '5'];
    const { stdout, stderr, exitCode } = await run(machine, args);
    expect({ stdout, exitCode }, stderr).toEqual({ stdout: ' upon\n', exitCode: 0 });
    expect(await readFile(folder.file('artifacts/efi/llama2-disk.vmdk'), 'utf8')).toBe(before);
    expect(await readFile(folder.file('seen.vmdk'), 'utf8')).toContain('# Disk DescriptorFile');
    expect((await readdir(folder.file('tmp'))).filter((name) => /^zosia-/.test(name))).toEqual([]);
  });

  it('fails with the message of the application on stderr', async () => {
    const fails = `process.stdout.write('banner\\r\\n\\x18no memory\\x03');`;
    const { stdout, stderr, exitCode } = await run(ends(fails), ['run', 'efi', '--prompt', '']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(/error: the machine has no answer: no memory\nhint: .*\nbanner/);
  });

  it('writes a screenshot, and prints the console meanwhile', async () => {
    const poweredOff = `process.stdout.write('Press any key to leave.\\r\\n');`;
    const args = ['run', 'efi', '--disk', 'hello.img', '--screenshot', 'a picture.png'];
    const { stdout, stderr, exitCode } = await run(poweredOff, args);
    expect({ stdout, exitCode }, stderr).toEqual({
      stdout: 'Press any key to leave.\r\n',
      exitCode: 0,
    });
    expect(await readFile(folder.file('a picture.png'), 'utf8')).toBe('picture');
    expect(stderr).toContain('wrote a picture.png');
  });

  it('rejects a path that a screenshot cannot be written to before anything is booted', async () => {
    const args = ['run', 'efi', '--disk', 'hello.img', '--screenshot', '.'];
    const { stdout, stderr, exitCode } = await run(`print('booted');`, args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(/error: .*\nhint: /);
  });

  it.each([
    [['--disk', 'none.img'], /there is no EFI disk at none\.img\nhint: .*zosia image efi/],
    [['--disk', 'firmware.fd'], /firmware\.fd holds .*\nhint: /],
    [
      ['--disk', 'hello.img', '--prompt', 'x'],
      /hello\.img holds another application\nhint: +--prompt and the like are for disks with a model/,
    ],
  ])('rejects %j', async (args, message) => {
    const { stderr, exitCode } = await run('', ['run', 'efi', ...args]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });
});

describe('run efi --dry-run', () => {
  it('reports which options are not part of the command', async () => {
    const dry = ['run', 'efi', '--disk', 'artifacts/efi/llama2-disk.vmdk', '--dry-run'];
    const plain = await run('', dry);
    expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
    for (const [options, note] of [
      [['--prompt', 'Once'], /^zosia: .* starts the disk as it is: .*\n$/],
      [['--temp', '0'], /^zosia: .* starts the disk as it is: .*\n$/],
      [['--screenshot', 'a.png'], /^zosia: the command takes no picture: .*\n$/],
    ] as const) {
      const { stdout, stderr, exitCode } = await run('', [...dry, ...options]);
      expect(stderr).toMatch(note);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('llama2-disk.vmdk');
    }
  });

  it('reports that the folder of the log does not exist', async () => {
    const dry = ['run', 'efi', '--disk', '../hello.img', '--dry-run', '--debug'];
    await mkdir(folder.file('elsewhere'));
    const { stderr, exitCode } = await run('', dry, { cwd: 'elsewhere' });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/into \/.*elsewhere\/artifacts\/efi, which has to be made first\n$/);
    expect(await readdir(folder.file('elsewhere'))).toEqual([]);
    await mkdir(folder.file('elsewhere/artifacts/efi'), { recursive: true });
    expect((await run('', dry, { cwd: 'elsewhere' })).stderr).toBe('');
  });
});

describe('--debug', () => {
  const dry = ['--disk', 'hello.img', '--dry-run'];

  it('makes QEMU write a log when it is given after run efi', async () => {
    const { stdout, exitCode } = await run('', ['run', 'efi', ...dry, '--debug']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/-d guest_errors -D '?\/.*artifacts\/efi\/qemu-debug\.log/);
  });

  it('does not make QEMU write a log when it is given before the command', async () => {
    const { stdout, exitCode } = await run('', ['--debug', 'run', 'efi', ...dry]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('guest_errors');
  });

  it.each([
    ['before the command', ['--debug', 'run', 'efi']],
    ['between its words', ['run', '--debug', 'efi']],
    ['after the command', ['run', 'efi', '--debug']],
    ['to another command', ['run', '--debug']],
  ])('prints the code of an error when it is given %s', async (_, words) => {
    const { stderr, exitCode } = await zosia([...words, '--disk', 'none.img'], {
      cwd: folder.path,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^code: {2}ZOSIA_FILE_NOT_FOUND$/m);
  });

  it('reports the path of the log', async () => {
    const poweredOff = `process.stdout.write('Press any key to leave.\\r\\n');`;
    const args = ['run', 'efi', '--disk', 'hello.img', '--debug'];
    const { stderr, exitCode } = await run(ends(poweredOff), args);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/goes to .*artifacts\/efi\/qemu-debug\.log/);
  });
});

describe('options of another machine, or without the option that they depend on', () => {
  it.each([
    [['up', 'm.gguf', '--template', '{prompt}'], /'--template <text>' is not for --machine linux/],
    [['up', 'm.gguf', '--tokenizer', 't'], /'--tokenizer <file>' is not for --machine linux/],
    [['up', 'm.gguf', '--screenshot', 's'], /'--screenshot <file>' is not for --machine linux/],
    [['up', 'm.gguf', '--display'], /'--display' is not for --machine linux/],
    [['up', '--machine', 'efi', 'm', '--append', ''], /'--append <text>' is not for --machine efi/],
    [['up', '--machine', 'bios', 'm'], /Allowed choices are linux, efi/],
    [['up', 'm.gguf', '--timeout', '5'], /'--timeout' is for --prompt, which is not given/],
    [['up', 'm.gguf', '--firmware', 'f'], /'--firmware' is for --uefi, which is not given/],
    [['run', '--firmware', 'f'], /'--firmware' is for --uefi, which is not given/],
    [['up', '--machine', 'efi', 'm', '--uefi'], /'--uefi' is not for --machine efi/],
    [['run', '--timeout', '5'], /'--timeout' is for --prompt/],
    [['run', 'linux', '--timeout', '5'], /'--timeout' is for --prompt/],
    [['run', 'efi', '--timeout', '5'], /'--timeout' is for --prompt or --screenshot/],
    [['run', 'linux', '--steps', '5'], /unknown option '--steps'/],
    [['run', 'efi', '--kernel', 'k'], /unknown option '--kernel'/],
    [['run', 'efi', '--temp', '101'], /Give a number from 0 to 100/],
    [['run', 'efi', '--seed', '-1'], /up to 64 bits/],
    [['run', 'bios'], /too many arguments|unknown command/],
  ])('are rejected as wrong usage: %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\(zosia .* --help shows its arguments and options\)\n$/);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  });
});

describe('zosia up --machine efi without a model', () => {
  it.each([
    [[], { template: 'Q: {prompt}\nA:', temp: 0.7 }],
    [['--temp', '0.5', '--template', '{prompt}'], { template: '{prompt}', temp: 0.5 }],
  ])(
    'uses the settings of the built-in model unless others are given: %j',
    async (options, settings) => {
      const args = ['up', '--machine', 'efi', '--prompt', 'Hi', ...options];
      const { stderr, exitCode } = await run(ends(ANSWERS), args);
      expect(exitCode, stderr).toBe(0);
      expect(await askedSettings()).toMatchObject({
        ...settings,
        model: 'zosia-tiny.gguf',
        prompt: 'Hi',
      });
    },
  );
});
