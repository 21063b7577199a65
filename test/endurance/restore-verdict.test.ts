import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findQemu } from '../../src/machine/machine.js';
import { qemuFacts } from '../../src/machine/qemu/facts.js';
import { HostFactsCache } from '../../src/machine/qemu/host-facts-cache.js';
import { PLATFORMS } from '../../src/machine/qemu/platform.js';
import { makeFakeQemu } from '../machine/support/fake-qemu.js';
import { zosia } from '../support/cli.js';
import { HOST } from '../support/host.js';
import { temporaryFolder } from '../support/temporary.js';
import { InstantUser, answersOf } from '../boot/instant/host.js';
import type { Talk } from '../boot/instant/host.js';

const ARCH = 'x86_64';
const QUESTION = 'What is zosia?';
const SESSION = ['--temp', '0', '--session', 'one'];
const REFUSED = 'qemu: cannot take a state';
const BAD = { usable: false, reason: 'for a test' } as const;

/** A user of a QEMU that keeps a record of how it was called. */
class RecordedUser extends InstantUser {
  readonly #calls: () => Promise<string[][]>;
  readonly #facts: string;
  #seen = 0;

  private constructor(folder: string, calls: () => Promise<string[][]>) {
    super(ARCH, folder);
    this.#calls = calls;
    this.#facts = join(folder, 'cache', 'zosia', 'machine');
  }

  /** @param before JavaScript that may end QEMU instead: has `isIncoming`, `isProbe` and `refuse()` */
  static async make(folder: string, before = ''): Promise<RecordedUser> {
    await mkdir(folder);
    const binary = await findQemu(ARCH, HOST.searchPath);
    const { version } = await qemuFacts(binary, new HostFactsCache(join(folder, 'facts')));
    const qemu = await makeFakeQemu(join(folder, 'bin'), {
      program: PLATFORMS[ARCH].qemuProgram,
      version: version.join('.'),
      machine: `
const isIncoming = args.includes('-incoming');
const isProbe = option('-m') === '64M';
const refuse = () => { console.error('${REFUSED}'); process.exit(1); };
${before}
const stdio = ['inherit', 'inherit', 'inherit', 3, ...(isProbe ? [] : [4])];
const qemu = require('node:child_process').spawn(${JSON.stringify(binary.path)}, args, { stdio });
process.on('SIGTERM', () => qemu.kill());
qemu.on('exit', (code) => process.exit(code ?? 1));`,
    });
    vi.stubEnv('PATH', [qemu.folder, process.env['PATH']].join(delimiter));
    const user = new RecordedUser(folder, () => qemu.calls());
    await user.prepare();
    return user;
  }

  /** The machines that were started since it was asked for the last time, in order of their names. */
  async newMachines(): Promise<string[]> {
    const calls = (await this.#calls()).filter((args) => args.includes('-machine'));
    return calls
      .slice(this.#seen, (this.#seen = calls.length))
      .map((args) =>
        [
          args.includes('64M') ? 'probe' : 'machine',
          args.includes('-incoming') ? 'woken' : 'booted',
        ].join(' '),
      )
      .sort();
  }

  async verdictPath(): Promise<string> {
    const [name] = (await readdir(this.#facts)).filter((each) => each.startsWith('restore-'));
    return join(this.#facts, name!);
  }

  async verdict(): Promise<unknown> {
    return JSON.parse(await readFile(await this.verdictPath(), 'utf8'));
  }
}

const PROBED = ['probe booted', 'probe woken'];

function expectAnswer({ stdout, stderr, exitCode }: Talk): void {
  expect(exitCode, stderr).toBe(0);
  expect(answersOf(stdout)).toContain('boots straight into the model');
}

describe('whether saved machines go on', () => {
  const folder = temporaryFolder();
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is found out by the first run, and learnt from a machine that was woken', async () => {
    const user = await RecordedUser.make(folder.file('good'));
    expectAnswer(await user.ask(QUESTION));
    expect(await user.newMachines()).toEqual(['machine booted', 'machine woken', ...PROBED]);
    expect(await user.verdict()).toEqual({ usable: true });
    for (const isKept of [true, false]) {
      if (!isKept) await rm(await user.verdictPath());
      const again = await user.ask(QUESTION);
      expectAnswer(again);
      expect(again.stderr).not.toContain('saved');
      expect(await user.newMachines()).toEqual(['machine woken']);
      expect(await user.verdict()).toEqual({ usable: true });
    }
  });

  it('is taken as it was, until --fresh asks again', async () => {
    const user = await RecordedUser.make(folder.file('kept'));
    expectAnswer(await user.ask(QUESTION));
    await writeFile(await user.verdictPath(), JSON.stringify(BAD));
    await rm(user.snapshots, { recursive: true });
    await user.newMachines();

    const unsaved = await user.ask(QUESTION);
    expectAnswer(unsaved);
    expect(unsaved.stderr).not.toContain('saved');
    const session = await user.ask(QUESTION, SESSION);
    expectAnswer(session);
    expect(session.stderr).toContain(
      'the session one is not kept: saved machines cannot go on here: for a test',
    );
    expect(await user.newMachines()).toEqual(['machine booted', 'machine booted']);
    expect(await user.saved()).toEqual([]);
    const env = { XDG_CACHE_HOME: join(user.folder, 'cache') };
    const doctor = ['doctor', '--arch', ARCH];
    expect((await zosia(doctor, { env })).stdout).toContain(
      '\nrestore  saved machines cannot go on: for a test\n',
    );
    const { stdout } = await zosia([...doctor, '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      facts: { restore: { works: false, reason: 'for a test' } },
    });
    expect(await user.newMachines()).toEqual([]);

    expectAnswer(await user.ask(QUESTION, ['--temp', '0', '--fresh']));
    expect(await user.newMachines()).toEqual(['machine booted', 'machine woken', ...PROBED]);
    expect(await user.verdict()).toEqual({ usable: true });
    expect((await zosia(doctor, { env })).stdout).toContain('\nrestore  saved machines go on\n');
  });

  it('is refused by a QEMU that cannot: the machine that boots goes on', async () => {
    const user = await RecordedUser.make(folder.file('no-qemu'), 'if (isIncoming) refuse();');
    const first = await user.ask(QUESTION);
    expectAnswer(first);
    expect(first.stderr).toContain(`the machine is not saved: it could not go on here: ${REFUSED}`);
    expect(await user.newMachines()).toEqual(['machine booted', ...PROBED]);
    expect(await user.verdict()).toEqual({ usable: false, reason: REFUSED });
    const second = await user.ask(QUESTION);
    expectAnswer(second);
    expect(second.stderr).not.toContain('saved');
    expect(await user.newMachines()).toEqual(['machine booted']);
    expect(await user.saved()).toEqual([]);
  });

  it('is learnt from a machine that cannot be saved', async () => {
    // A device that has no state to be moved.
    const blocked = "if (!isProbe) args.push('-device', 'nvme,serial=0');";
    const user = await RecordedUser.make(folder.file('no-save'), blocked);
    const first = await user.ask(QUESTION);
    expectAnswer(first);
    expect(first.stderr).toMatch(/the machine is not saved, and is booted anew: .*nvme/);
    expect(await user.newMachines()).toEqual(['machine booted', 'machine booted', ...PROBED]);
    const second = await user.ask(QUESTION);
    expectAnswer(second);
    expect(second.stderr).not.toContain('saved');
    expect(await user.newMachines()).toEqual(['machine booted']);
    expect(await user.saved()).toEqual([]);
  });

  it.each([
    ['a run', ['--temp', '0'], undefined],
    ['a session', SESSION, 'the session one is not kept: '],
  ])(
    'is learnt from the machine of %s that was saved and cannot be woken',
    async (what, args, told) => {
      const user = await RecordedUser.make(
        folder.file(`no wake of ${what}`),
        'if (isIncoming && !isProbe) refuse();',
      );
      const first = await user.ask(QUESTION, args);
      expectAnswer(first);
      expect(first.stderr).toContain(
        `the saved machine cannot be used, and is booted anew: ${REFUSED}`,
      );
      if (told !== undefined) expect(first.stderr).toContain(told);
      expect(await user.newMachines()).toEqual([
        'machine booted',
        'machine booted',
        'machine woken',
        ...PROBED,
      ]);
      expect(await user.verdict()).toEqual({ usable: false, reason: REFUSED });
      expect(await user.saved()).toEqual([]);
      expectAnswer(await user.ask(QUESTION, args));
      expect(await user.newMachines()).toEqual(['machine booted']);
    },
  );
});
