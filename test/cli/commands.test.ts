import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { prebuiltInit } from '../../src/artifacts/prebuilt.js';
import { sha256 } from '../../src/image/sha256.js';
import { CLI, zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { openTerminal } from '../support/terminal.js';
import { recordedCompiler } from '../toolchain/recorded-compiler.js';

const folder = temporaryFolder();
const run = (...args: string[]): ReturnType<typeof zosia> => zosia(args, { cwd: folder.path });

describe('the commands of the README', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const table = readme.split('\n').filter((line) => line.startsWith('| `zosia '));
  const names = table.flatMap((row) => [...row.split('|')[1]!.matchAll(/`zosia ([a-z]+)/g)]);
  const [first, ...more] = [...new Set(names.map((match) => match[1]!))];

  it.each([first!, ...more])(
    'zosia %s has a help page, and zosia --help lists it',
    async (name) => {
      const help = await run(name, '--help');
      expect(help).toMatchObject({ exitCode: 0, stderr: '' });
      expect(help.stdout).toContain(`Usage: zosia ${name}`);
      expect((await run('--help')).stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    },
  );

  it.each(table)('have the options that their row names: %s', async (row) => {
    const [, command, description] = row.replaceAll('\\|', '/').split(/ ?\| ?/);
    const words = [...command!.matchAll(/`zosia ([^`]+)`/g)].map((match) => match[1]!.split(' '));
    const helps = words.flatMap(([name, ...rest]) => {
      // "guest / kernel" are commands of their own; what is in capitals or brackets is an argument.
      const subcommands = rest.flatMap((word) => /^\[?([a-z]+)\]?$/.exec(word)?.[1] ?? []);
      return subcommands.length === 0 ? [[name!]] : subcommands.map((each) => [name!, each]);
    });
    const texts = await Promise.all(
      helps.map(async (args) => (await run(...args, '--help')).stdout),
    );
    const options = [...`${command} ${description}`.matchAll(/--[a-z][a-z0-9-]*/g)];
    for (const [option] of options) expect(texts.join('\n')).toContain(` ${option} `);
  });

  it('are all the commands of zosia', async () => {
    const listed = [...(await run('--help')).stdout.matchAll(/^ {2}([a-z]+)[ |\]]/gm)];
    const commands = listed.map((match) => match[1]).filter((name) => name !== 'zosia');
    expect(new Set([first, ...more, 'help'])).toEqual(new Set(commands));
  });
});

describe('zosia', () => {
  it('prints its help without arguments, and exits as for wrong usage', async () => {
    const { exitCode, stderr } = await run();
    expect(stderr).toContain('Usage: zosia');
    expect(exitCode).toBe(2);
  });

  it('prints its version', async () => {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await run('--version')).toMatchObject({ stdout: `${version}\n`, exitCode: 0 });
  });
});

describe('zosia doctor', () => {
  it('finds everything that these tests need', async () => {
    const { stdout, exitCode } = await run('doctor', '--for', 'test', '--json');
    const report = JSON.parse(stdout) as { missing: unknown[]; requirements: unknown[] };
    expect(report.missing).toEqual([]);
    expect(report.requirements.length).toBeGreaterThan(5);
    expect(exitCode).toBe(0);
  });

  it('reports on a terminal that there is nothing to install', async () => {
    const args = [CLI, 'doctor', '--install', '--for', 'test'];
    const terminal = openTerminal(process.execPath, args, { cwd: folder.path });
    onTestFinished(() => {
      terminal.kill();
    });
    expect(await terminal.shows(/\n/)).toBe('nothing is missing\r\n');
    expect(await terminal.ended()).toBe(0);
  });

  it('prints nothing without a terminal when nothing is missing', async () => {
    const doctor = await run('doctor', '--install', '--for', 'test');
    expect(doctor).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });

  it('fails when something is missing, and prints how to install it', async () => {
    const { stdout, stderr, exitCode } = await zosia(['doctor'], { env: { PATH: folder.path } });
    expect(stdout).toMatch(/missing +qemu-system-/);
    expect(stdout).toMatch(/^restore {2}saved machines are not tried yet: /m);
    expect(stderr).toContain('zosia doctor --install');
    expect(exitCode).toBe(1);
  });
});

describe('zosia build guest', () => {
  it.for(ARCHITECTURES)(
    'builds the same PID 1 as the prebuilt one for %s',
    async (arch, context) => {
      const out = folder.file(arch);
      const { stdout, exitCode } = await run(
        'build',
        'guest',
        '--builder',
        'host',
        '--arch',
        arch,
        '--out',
        out,
        '--json',
      );
      expect(exitCode).toBe(0);
      const built = JSON.parse(stdout) as { path: string; sha256: string };
      expect(sha256(await readFile(built.path))).toBe(built.sha256);
      await recordedCompiler(context); // another one gives other bytes
      expect(built.sha256).toBe(sha256(await prebuiltInit(arch)));
    },
  );
});

describe('the command that --dry-run prints', () => {
  beforeAll(async () => {
    await writeFile(folder.file('kernel'), 'k');
    await writeFile(folder.file('initrd'), 'i');
  });

  it('is the command that would be run, with options in place of their variables', async () => {
    const args = [
      'run',
      '--arch',
      'aarch64',
      '--dry-run',
      '--kernel',
      'kernel',
      '--initrd',
      'initrd',
    ];
    const env = {
      RAM_MB: '777',
      SMP: '3',
      QEMU_ACCEL: 'tcg',
      QEMU_CPU: 'cortex-a53',
      APPEND_EXTRA: 'x=1',
    };
    const byVariable = await zosia(args, { cwd: folder.path, env });
    expect(byVariable).toMatchObject({ exitCode: 0, stderr: '' });
    expect(byVariable.stdout).toMatch(/-smp 3 .*-m 777M/);
    expect(byVariable.stdout).toMatch(/-cpu cortex-a53 /);
    expect(byVariable.stdout).toMatch(/x=1'/);
    const byFlag = await zosia(
      [...args, '--ram', '888', '--smp', '1', '--cpu', 'cortex-a57', '--append', 'y=2'],
      { cwd: folder.path, env },
    );
    expect(byFlag.stdout).toMatch(/-smp 1 .*-m 888M/);
    expect(byFlag.stdout).toMatch(/-cpu cortex-a57 /);
    expect(byFlag.stdout).toMatch(/y=2'/);
    expect(byFlag.stdout).not.toContain('x=1');
  });

  it('has enough memory for the model, a read-only disk and no network', async () => {
    const { stdout } = await run('up', EMBEDDED_MODEL, '--arch', 'aarch64', '--dry-run');
    expect(stdout).toMatch(/-m 576M/);
    expect(stdout).toContain('read-only=on');
    expect(stdout).toContain('-nic none');
  });
});

describe('zosia model info', () => {
  it('prints the metadata of a model', async () => {
    const { stdout, exitCode } = await run('model', 'info', EMBEDDED_MODEL, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      architecture: 'llama',
      contextLength: 512,
      blockCount: 6,
      vocabularySize: 2048,
      hasChatTemplate: true,
    });
    expect(exitCode).toBe(0);
  });
});
