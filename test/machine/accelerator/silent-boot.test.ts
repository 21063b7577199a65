import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { AcceleratorVerdict } from '../../../src/machine/qemu/host-spec.js';
import {
  runBootMode,
  runEfi,
  runEfiInteractive,
  runInteractive,
} from '../../../src/machine/machine.js';
import type { EfiMachineSpec, LinuxMachineSpec } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import type { FakeQemu } from '../support/fake-qemu.js';
import { askOnce, servingMachine } from '../support/serving-machine.js';
import { EFI_SPEC, PLAIN_SPEC } from '../support/specs.js';
import { until, withEnoughTime } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Runs a test with a time to wait for a machine that is long enough on any host. */
const atAnyPace = (test: (seconds: number) => Promise<void>) => async () =>
  withEnoughTime(test, () => false);

/** What a fake machine does that works; what it was given comes back. */
const WORKS = {
  linux: `print('zosia: init\\r\\n'); done(0);`,
  answer: servingMachine(`say('hello'); end();`),
  piped: `print('zosia: starting llama-cli (model x)\\r\\n'); process.stdout.write('\\x1b[?2004h'); let typed = ''; process.stdin.on('data', (bytes) => {
    typed += bytes.toString();
    if (typed.endsWith('\\n')) process.stdout.write('\\x1b[?2004h');
    if (!typed.endsWith('\\x04')) return;
    print('typed ' + JSON.stringify(typed) + '\\r\\n'); done(0); });`,
  efi: `process.stdout.write('banner\\r\\n\\x02hi\\x03\\x04', () => process.stdin.destroy());`,
  efiPrompt: `let typed = ''; process.stdout.write('Type a text, or /help.\\r\\n> '); process.stdin.on('data', (bytes) => {
    typed += bytes.toString(); process.stdout.write('\\r\\n> ');
    if (!typed.endsWith('/poweroff\\n')) return;
    process.stdout.write('typed ' + JSON.stringify(typed), () => process.stdin.destroy()); });`,
};

const SILENT = 'setInterval(() => {}, 1000);';
const DIES = `console.error("qemu: Property 'hvf-accel.kernel-irqchip' not found"); process.exit(1);`;

interface Behaviour {
  /** Under the accelerator as it was asked for, and with `kernel-irqchip=off`. */
  readonly first?: string;
  readonly second?: string;
  readonly third: string;
}

let made = 0;

/** A QEMU whose machine depends on its accelerator. */
function fakeQemu({ first = SILENT, second = SILENT, third }: Behaviour): Promise<FakeQemu> {
  return makeFakeQemu(join(folder(), String(made++)), {
    machine: `const accel = option('-accel');
      if (accel === 'tcg') { ${third} }
      else if (accel.includes('kernel-irqchip=off')) { ${second} }
      else { ${first} }`,
  });
}

/** What was run, in order: accelerator and CPU model. */
const startsOf = async (qemu: FakeQemu) =>
  (await qemu.calls()).map((args) =>
    ['-accel', '-cpu'].map((name) => args[args.indexOf(name) + 1]!).join(' '),
  );

function watched<S extends LinuxMachineSpec | EfiMachineSpec>(
  spec: S,
  qemu: FakeQemu,
  seconds: number,
) {
  const verdicts: AcceleratorVerdict[] = [];
  return {
    verdicts,
    spec: {
      ...spec,
      qemu: qemu.path,
      accel: { name: 'hvf' },
      cpuModel: 'host',
      onSilence: {
        emulatedCpuModel: 'neoverse-n1',
        seconds,
        remember: (verdict) => Promise.resolve(void verdicts.push(verdict)),
      },
    } satisfies LinuxMachineSpec | EfiMachineSpec as S,
  };
}

const THREE_STEPS = ['hvf host', 'hvf,kernel-irqchip=off host', 'tcg neoverse-n1'];
const notesAfter = (seconds: number) => [
  `the machine has said nothing for ${seconds} s with hvf: starting it again with kernel-irqchip=off`,
  `the machine has said nothing for ${seconds} s with hvf,kernel-irqchip=off: starting it again, emulated (TCG)`,
];
const badVerdict = (seconds: number) => ({
  usable: false,
  reason: `a machine said nothing in it for ${seconds} s`,
});

/** Runs a session with input from a pipe. */
async function session<S>(
  run: (
    spec: S,
    io: { stdin: PassThrough; stdout: PassThrough; stderr: PassThrough },
  ) => Promise<{
    exitStatus: number;
  }>,
  spec: S,
) {
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  io.stdin.end('one\ntwo\n');
  const [shown, said] = [text(io.stdout), text(io.stderr)];
  const { exitStatus } = await run(spec, io);
  io.stdout.end();
  io.stderr.end();
  return { exitStatus, shown: await shown, notes: (await said).trim().split('\n') };
}

describe('a machine without output is started again in two other ways', () => {
  it(
    'in a one-shot',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.answer });
      const { spec, verdicts } = watched(PLAIN_SPEC, qemu, seconds);
      const notes: string[] = [];
      let answer = '';
      const result = await askOnce(spec, folder(), {
        onAnswer: (bytes) => void (answer += Buffer.from(bytes).toString()),
        onNote: (line) => notes.push(line),
      });
      expect(result.exitStatus).toBe(0);
      expect(answer).toBe('hello');
      expect(await startsOf(qemu)).toEqual(THREE_STEPS);
      expect(notes).toEqual(notesAfter(seconds));
      expect(verdicts).toEqual([badVerdict(seconds)]);
    }),
  );

  it(
    'in a session, which gets every line of a pipe',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.piped });
      const { spec, verdicts } = watched(PLAIN_SPEC, qemu, seconds);
      const { exitStatus, shown, notes } = await session(runInteractive, spec);
      expect(exitStatus).toBe(0);
      expect(shown).toContain(`typed ${JSON.stringify('one\ntwo\n\x04')}`);
      expect(await startsOf(qemu)).toEqual(THREE_STEPS);
      expect(notes).toEqual(notesAfter(seconds).map((line) => `zosia: ${line}`));
      expect(verdicts).toEqual([badVerdict(seconds)]);
    }),
  );

  it(
    'on the EFI machine, in a one-shot and in a session',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.efi });
      const notes: string[] = [];
      let answer = '';
      await runEfi(watched(EFI_SPEC, qemu, seconds).spec, {
        onAnswer: (bytes) => void (answer += Buffer.from(bytes).toString()),
        onNote: (line) => notes.push(line),
      });
      expect(answer).toBe('hi');
      expect(notes).toEqual(notesAfter(seconds));
      expect(await startsOf(qemu)).toEqual(THREE_STEPS);
      // Flash again, where it does no harm.
      expect((await qemu.calls()).map((args) => args.includes('-bios'))).toEqual([
        true,
        true,
        false,
      ]);

      const prompt = await fakeQemu({ third: WORKS.efiPrompt });
      const { shown } = await session(runEfiInteractive, watched(EFI_SPEC, prompt, seconds).spec);
      expect(shown).toContain(`typed ${JSON.stringify('one\ntwo\n/poweroff\n')}`);
    }),
  );

  it(
    'in a boot mode',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.linux });
      const { spec } = watched(PLAIN_SPEC, qemu, seconds);
      const notes: string[] = [];
      const onNote = (line: string) => void notes.push(line);
      expect(await runBootMode(spec, { mode: 'ci', onNote })).toMatchObject({ exitStatus: 0 });
      expect(notes).toEqual(notesAfter(seconds));
    }),
  );
});

describe('a machine under an accelerator', () => {
  const boot = (spec: LinuxMachineSpec, notes: string[] = []) =>
    askOnce(spec, folder(), {
      onAnswer: () => undefined,
      onNote: (line) => notes.push(line),
    });

  it(
    'with output is not restarted, and changes nothing that is known of the accelerator',
    atAnyPace(async (seconds) => {
      const first = `print('zosia: init\\r\\n'); setTimeout(() => done(0), ${seconds * 1500});`;
      const qemu = await fakeQemu({ first, third: '' });
      const { spec, verdicts } = watched(PLAIN_SPEC, qemu, seconds);
      expect(await boot(spec)).toMatchObject({ exitStatus: 0 });
      expect(await startsOf(qemu)).toEqual(['hvf host']);
      expect(verdicts).toEqual([]);
    }),
  );

  it(
    'with output only without its interrupt controller is always run so from then on',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ second: WORKS.linux, third: '' });
      const { spec, verdicts } = watched(PLAIN_SPEC, qemu, seconds);
      await boot(spec);
      expect(verdicts).toEqual([{ usable: true, options: 'kernel-irqchip=off' }]);
      expect(await startsOf(qemu)).toEqual(THREE_STEPS.slice(0, 2));
    }),
  );

  it(
    'falls back to TCG at once when QEMU does not know the property',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ second: DIES, third: WORKS.linux });
      const notes: string[] = [];
      await boot(watched(PLAIN_SPEC, qemu, seconds).spec, notes);
      expect(notes).toEqual([
        notesAfter(seconds)[0],
        'QEMU does not start with hvf,kernel-irqchip=off: starting it again, emulated (TCG)',
      ]);
    }),
  );

  it(
    'keeps its properties, and an interrupt controller that was chosen',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.linux });
      const { spec } = watched(PLAIN_SPEC, qemu, seconds);
      await boot({ ...spec, accel: { name: 'kvm', options: 'x=y' } });
      await boot({ ...spec, accel: { name: 'hvf', options: 'kernel-irqchip=off' } });
      expect(await startsOf(qemu)).toEqual([
        ...['kvm,x=y host', 'kvm,x=y,kernel-irqchip=off host', 'tcg neoverse-n1'],
        ...['hvf,kernel-irqchip=off host', 'tcg neoverse-n1'],
      ]);
    }),
  );

  it(
    'never falls back to TCG when it was requested by name',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.linux });
      const { spec, verdicts } = watched(PLAIN_SPEC, qemu, seconds);
      await expect(
        boot({ ...spec, onSilence: { ...spec.onSilence!, emulatedCpuModel: undefined } }),
      ).rejects.toMatchObject({
        code: 'ZOSIA_ACCEL_UNUSABLE',
        message: expect.stringContaining(`said nothing for ${seconds} s`) as string,
      });
      expect(await startsOf(qemu)).toEqual(THREE_STEPS.slice(0, 2));
      expect(verdicts).toEqual([]);
    }),
  );

  it(
    'reports the death of QEMU without a second start',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ first: DIES, third: WORKS.linux });
      const { spec } = watched(PLAIN_SPEC, qemu, seconds);
      await expect(boot(spec)).rejects.toMatchObject({ code: 'ZOSIA_GUEST_DIED' });
      expect(await startsOf(qemu)).toEqual(['hvf host']);
    }),
  );

  it(
    'does not blame the accelerator when TCG has no output either, however long it runs',
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({
        third: `writeFileSync(${JSON.stringify(join(folder(), 'emulated'))}, ''); ${SILENT}`,
      });
      const { spec, verdicts } = watched(PLAIN_SPEC, qemu, seconds);
      const abort = new AbortController();
      const run = askOnce(spec, folder(), {
        onAnswer: () => undefined,
        signal: abort.signal,
      });
      const failure = expect(run).rejects.toThrow('enough');
      await until(() => existsSync(join(folder(), 'emulated')));
      abort.abort(new Error('enough'));
      await failure;
      expect(verdicts).toEqual([]);
    }),
  );

  it(
    "is ended by the caller's signal, and not started again",
    atAnyPace(async (seconds) => {
      const qemu = await fakeQemu({ third: WORKS.linux });
      const signal = AbortSignal.timeout(seconds * 500);
      const { spec } = watched(PLAIN_SPEC, qemu, seconds);
      await expect(
        askOnce(spec, folder(), { onAnswer: () => undefined, signal }),
      ).rejects.toThrow();
      expect((await startsOf(qemu)).length).toBeLessThanOrEqual(1);
    }),
  );
});
