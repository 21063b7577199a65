import { readFile, stat, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { withRunDisk } from '../../src/recipes/efi/run-disk.js';
import { CLI, zosia } from '../support/cli.js';
import { embeddedReference } from '../support/embedded-model.js';
import type { EmbeddedReference } from '../support/embedded-model.js';
import { STORIES_15M } from '../support/llama2-format.js';
import { referenceText } from '../support/llama2-sampling.js';
import type { ReferenceText } from '../support/llama2-sampling.js';
import { decodeToken, readVocabulary } from '../support/llama2-tokens.js';
import type { Vocabulary } from '../support/llama2-tokens.js';
import { randomCheckpoint } from '../support/random-checkpoint.js';
import { syntheticVocabulary } from '../support/synthetic-vocabulary.js';
import { temporaryFolder } from '../support/temporary.js';
import { openTerminal } from '../support/terminal.js';
import { bootDisk } from './efi/boot.js';
import { powersOffAt } from './efi/keyboard.js';
import { countColours, decodePng } from './efi/png.js';

const folder = temporaryFolder();

/** Of the built-in model, whose tokenizer models with random weights have, too. */
const VOCABULARY_SIZE = 2048;

/** Keys at a terminal, and the text that they make. */
const TYPED = [
  ['Köln 😀\r', 'Köln 😀'],
  ['e\u0301\u05d0中\r', 'e\u0301\u05d0中'],
  ['éb中\x7f\x7f\x7f😀\x7fx\r', 'x'],
  ['one two\x17three\x01\x1b[C\x1b[3~\x05!\r', 'oe three!'],
  ['lost\x15a\x03b\r', 'b'],
  ['\x1b[A\r', 'b'],
  ['\x1b[200~a\rb\nc\x1b[201~\r', 'a\nb\nc'],
  // Neither a control character nor half a character is text; a paste that is not ended does no harm.
  ['a\x00\x07\x0e\x11\x13\x1a\x1c\x1db\r', 'ab'],
  ['\x1b[200~a\x03b\r', 'b'],
] as const;

/** Writes a disk as a user does. */
async function imageEfi(...options: readonly string[]): Promise<void> {
  const { stderr, exitCode } = await zosia(['image', 'efi', ...options], { cwd: folder.path });
  expect(exitCode, stderr).toBe(0);
}

describe("a model of stories15M's shape", () => {
  const PROMPT = 'Once upon a time';
  const STEPS = 24;
  let vocabulary: Vocabulary;
  let reference: ReferenceText;
  beforeAll(async () => {
    const checkpoint = randomCheckpoint(STORIES_15M, { version: 0 }, 15);
    expect(checkpoint.length).toBe(60_816_028);
    await writeFile(folder.file('stories15M.bin'), checkpoint);
    const tokenizer = syntheticVocabulary(STORIES_15M.vocabularySize);
    await writeFile(folder.file('tokenizer.bin'), tokenizer);
    vocabulary = readVocabulary(tokenizer);
    const sampling = { steps: STEPS, temperature: 0, topP: 0.9, seed: 1 };
    reference = referenceText(checkpoint, vocabulary, { ...sampling, prompt: PROMPT });
    await imageEfi(
      ...['--model', folder.file('stories15M.bin'), '--tokenizer', folder.file('tokenizer.bin')],
      ...['--arch', 'aarch64', '--arch', 'x86_64', '--format', 'vmdk'],
      ...['--prompt', PROMPT, '--steps', `${STEPS}`, '--temp', '0', '--poweroff'],
      ...['--out', folder.file('stories15M.vmdk')],
    );
  });

  /** The only token that is shown as these bytes. */
  function tokenOf(piece: Buffer): number {
    const tokens = vocabulary.texts.flatMap((_, token) =>
      decodeToken(vocabulary, -1, token).equals(piece) ? [token] : [],
    );
    expect(tokens, piece.toString()).toHaveLength(1);
    return tokens[0]!;
  }

  it.each(ARCHITECTURES)(
    'boots on %s from the disk that refers to it, and generates the tokens of the reference',
    async (arch) => {
      const settings = { answer: 'serial' } as const;
      const { console, pieces } = await withRunDisk(
        folder.file('stories15M.vmdk'),
        settings,
        (disk) => bootDisk(disk.path, { arch }),
      );
      expect(console).toMatch(/^ {2}LLaMA2 Bare-Metal EFI \(stories15M\)$/m);
      expect(console).toMatch(/Loading stories15M\.bin: 58\.0 of 58\.0 MiB in \d+\.\d\d s$/m);
      const shape = 'Model config: dim=288, n_layers=6, n_heads=6, vocab=32000';
      const [bos] = reference.promptTokens;
      const [largest] = reference.largestLogits;
      expect(console).toContain(`\n${shape}\n`);
      // Firmware for aarch64 may keep the second processor to itself.
      const processors = arch === 'x86_64' ? '2 processors' : '(?:1 processor|2 processors)';
      expect(console).toMatch(new RegExp(`^Weights: float32; ${processors}, `, 'm'));
      expect(console).toContain(`\nRunning forward pass (token=${bos!}, pos=0)...\n`);
      const [, top, logit] = /^Top token: (\d+) \(logit=([\d.]+)\)$/m.exec(console)!;
      expect(Number(logit)).toBeCloseTo(largest!, 2);
      const unprompted = { steps: 1, temperature: 0, topP: 0.9, seed: 1 };
      const checkpoint = await readFile(folder.file('stories15M.bin'));
      expect([Number(top)]).toEqual(referenceText(checkpoint, vocabulary, unprompted).tokens);
      expect(console).toContain(`\nGenerating ${STEPS} tokens:\n${PROMPT}`);

      const forced = reference.promptTokens.length - 1;
      expect(pieces.map(tokenOf)).toEqual(reference.tokens.slice(forced));
      expect(new Set(reference.tokens).size).toBeGreaterThan(10);
      // Those of the prompt are read together, and the first of the others pays for what is done once.
      const counted = STEPS - forced - 1;
      expect(console).toMatch(
        new RegExp(`^${counted} tokens in [\\d.]+ s: [\\d.]+ tokens/s$`, 'm'),
      );
    },
  );
});

describe('the EFI machine', () => {
  let reference: EmbeddedReference;
  beforeAll(async () => {
    reference = await embeddedReference(folder.path);
  });
  /** Named as files, the built-in model continues a text: it has no template then. */
  const model = (): string[] => {
    const { checkpoint, tokenizer } = reference;
    return ['--model', checkpoint, '--tokenizer', tokenizer];
  };

  it('runs an int8 checkpoint from a GPT disk, with a log of the guest errors that QEMU reports', async () => {
    const shape = { ...STORIES_15M, dim: 64, hiddenDim: 192, headCount: 8, kvHeadCount: 4 };
    const checkpoint = randomCheckpoint(
      { ...shape, vocabularySize: VOCABULARY_SIZE, sharedClassifier: false },
      { version: 2, groupSize: 32 },
      40,
    );
    await writeFile(folder.file('int8.bin'), checkpoint);
    const { tokenizer, vocabulary } = reference;
    const options = { steps: 40, temperature: 0, topP: 0.9, seed: 1, prompt: 'Lily' };
    const { text } = referenceText(checkpoint, vocabulary, options);
    const disk = folder.file('gpt.img');
    await imageEfi(
      ...['--model', folder.file('int8.bin'), '--tokenizer', tokenizer],
      ...['--partition-table', 'gpt', '--temp', '0', '--steps', '40', '--poweroff'],
      ...['--prompt', 'Lily', '--out', disk],
    );
    const run = ['run', 'efi', '--disk', disk, '--arch', 'x86_64', '--debug'];
    const { stdout, stderr, exitCode } = await zosia(run, { cwd: folder.path });
    expect(stderr).toContain('qemu-debug.log');
    const log = await stat(folder.file('artifacts/efi/qemu-debug.log'));
    expect(log.isFile()).toBe(true);
    expect(stdout).toContain('Weights: int8;');
    // The firmware's terminal has a character for every letter, but not for everything.
    const letters = (shown: string): string => shown.replace(/[^A-Za-z]/g, '');
    expect(letters(text.toString()).length).toBeGreaterThan(80);
    expect(letters(stdout)).toContain(letters(text.toString()));
    expect(exitCode).toBe(0);
  });

  it('loses no output when nobody reads for a while', async () => {
    const disk = folder.file('story.img');
    await imageEfi(...model(), '--temp', '0', '--poweroff', '--out', disk);
    const { console, pieces } = await withRunDisk(disk, { answer: 'serial' }, ({ path }) =>
      bootDisk(path, { arch: 'x86_64', heldUpMs: 5000 }),
    );
    const story = reference.tell().text.toString();
    expect(story.length).toBeGreaterThan(400);
    expect(Buffer.concat(pieces).toString()).toBe(story);
    const words = (text: string): string[] => text.split(/\s+/);
    expect(words(console).join(' ')).toContain(words(story).join(' '));
  });

  it('computes with AVX2 and FMA on every processor that has them', async () => {
    // Large enough for its matrices to be shared among processors.
    const shape = { ...STORIES_15M, dim: 128, hiddenDim: 512, headCount: 8, kvHeadCount: 8 };
    const checkpoint = randomCheckpoint(
      { ...shape, layerCount: 2, vocabularySize: VOCABULARY_SIZE },
      { version: 0 },
      2,
    );
    await writeFile(folder.file('shared.bin'), checkpoint);
    const { tokenizer, vocabulary } = reference;
    const options = { steps: 8, temperature: 0, topP: 0.9, seed: 1 };
    const { text } = referenceText(checkpoint, vocabulary, options);
    const disk = folder.file('avx2.img');
    await imageEfi(
      ...['--model', folder.file('shared.bin'), '--tokenizer', tokenizer],
      ...['--temp', '0', '--steps', '8', '--poweroff', '--out', disk],
    );
    // Without its name, QEMU's translator is a processor like any other.
    const cpu = { arch: 'x86_64', emulatedCpu: 'max,-hypervisor' } as const;
    const { console, pieces } = await withRunDisk(disk, { answer: 'serial' }, ({ path }) =>
      bootDisk(path, cpu),
    );
    expect(console).toMatch(/^Weights: float32; 2 processors, AVX2 with FMA$/m);
    expect(pieces).toHaveLength(8);
    expect(Buffer.concat(pieces).toString()).toBe(text.toString());
  });

  it('computes with SSE2 where QEMU emulates more, which is slower', async () => {
    const disk = folder.file('emulated.img');
    await imageEfi(...model(), '--temp', '0', '--steps', '8', '--poweroff', '--out', disk);
    const { console } = await bootDisk(disk, { arch: 'x86_64', emulatedCpu: 'max' });
    expect(console).toMatch(/^Weights: .*, SSE2$/m);
  });

  it('prompts for texts on a terminal', async () => {
    const disk = folder.file('interactive.img');
    await imageEfi(...model(), '--interactive', '--out', disk);
    // Slow enough for a text to be stopped.
    const run = [CLI, 'run', 'efi', '--disk', disk, '--arch', 'x86_64', '--accel', 'tcg'];
    const terminal = openTerminal(process.execPath, run, { cwd: folder.path });
    const PROMPT = /\n> /;
    try {
      await terminal.shows(PROMPT);
      terminal.type('/help\r');
      const help = await terminal.shows(PROMPT);
      expect(help).toContain('/top_p 0.9');
      expect(help).toContain('Ctrl+C ');
      terminal.type('/temp 0\r');
      expect(await terminal.shows(PROMPT)).toContain('temp is 0.00');
      terminal.type('/steps 2x\x7f0\r');
      expect(await terminal.shows(PROMPT)).toContain('steps is 20');
      const prompt = 'Once upon a time';
      terminal.type(`${prompt}\r`);
      const shown = (await terminal.shows(PROMPT)).replaceAll('\r', '');
      expect(shown).toContain(`\n${reference.tell({ prompt, steps: 20 }).text.toString()}\n`);
      expect(shown).toContain('15 tokens in ');
      terminal.type('/steps 4\r');
      expect(await terminal.shows(PROMPT)).toContain('steps is 4');
      terminal.type(`${prompt}\r`);
      expect(await terminal.shows(PROMPT)).toContain('the prompt has 4 tokens, and steps is 4');

      terminal.type('/steps 0\r');
      await terminal.shows(PROMPT);
      // A terminal's sequences begin with the Escape key's character, too: a second one tells them apart.
      // Of several at once, those that come late do nothing at the prompt, where Ctrl+C ends everything.
      for (const keys of ['\x03', '\x03\x03\x03', '\x1b\x1b']) {
        terminal.type(`${prompt}\r`);
        await terminal.shows(/time\S*\s+Once upon a time/);
        terminal.type(keys);
        // One token alone has no speed.
        const count = /(\d+) tokens in /.exec(await terminal.shows(PROMPT))?.[1] ?? 1;
        expect(Number(count)).toBeLessThan(reference.tell({ prompt }).tokens.length - 2);
      }

      // On a line with text, Ctrl+C clears that.
      terminal.type('Tom');
      await terminal.shows(/Tom/);
      terminal.type('\x03/temp 1\r');
      expect(await terminal.shows(PROMPT)).toContain('temp is 1.00');
      terminal.type('/top_p 0.8\r');
      expect(await terminal.shows(PROMPT)).toContain('top_p is 0.80');
      terminal.type('/steps 16\r');
      await terminal.shows(PROMPT);
      const sampling = { prompt: 'Tom', steps: 16, temperature: 1, topP: 0.8 };
      for (const seed of [7, 8, 7]) {
        terminal.type(`/seed ${seed}\r`);
        expect(await terminal.shows(PROMPT)).toContain(`seed is ${seed}`);
        terminal.type('Tom\r');
        const { text } = reference.tell({ ...sampling, seed });
        expect(await terminal.shows(PROMPT)).toContain(text.toString());
      }
      terminal.type('/poweroff\r');
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.kill();
    }
  });

  describe.each(ARCHITECTURES)('at the prompt on %s', (arch) => {
    const disk = (): string => folder.file(`prompt-${arch}.img`);
    const settings = ['--interactive', '--temp', '0', '--steps', '64'];
    beforeAll(() => imageEfi(...model(), ...settings, '--arch', arch, '--out', disk()));

    it('accepts any text, typed, pasted or from a pipe, and powers off at Ctrl+C', async () => {
      const story = (prompt: string): string =>
        reference.tell({ prompt, steps: 64 }).text.toString();
      const run = [CLI, 'run', 'efi', '--disk', disk(), '--arch', arch];
      const terminal = openTerminal(process.execPath, run, { cwd: folder.path });
      const shown = async (): Promise<string> =>
        (await terminal.shows(/\n[^]*\n> /)).replaceAll('\r', '');
      try {
        await terminal.shows(/\n> /);
        for (const [keys, text] of TYPED) {
          terminal.type(keys);
          expect(await shown(), JSON.stringify(keys)).toContain(`\n${story(text)}\n`);
        }
        // Nothing to end while there is text; then there is none.
        terminal.type('ab\x04\x03');
        terminal.type('\x03');
        expect(await terminal.ended()).toBe(0);
      } finally {
        terminal.kill();
      }
      const texts = ['Köln 😀', '中文', 'a\tb'];
      const piped = await zosia(run.slice(1), { cwd: folder.path, input: texts.join('\n') });
      const console = piped.stdout.replaceAll('\r', '');
      for (const text of texts) {
        // A terminal shows no tabulator of a model's.
        expect(console).toContain(`\n${story(text).replaceAll('\t', ' ')}\n`);
      }
      expect(piped.exitCode).toBe(0);
    });

    it('powers off when Ctrl+C is pressed on its keyboard', async () => {
      expect(await powersOffAt(disk(), arch, ['ctrl', 'c'])).toBe(true);
    });
  });

  it('shows a text on the screen', async () => {
    const disk = folder.file('screen.img');
    await imageEfi(...model(), '--temp', '0', '--out', disk);
    const picture = folder.file('screen.png');
    const run = ['run', 'efi', '--disk', disk, '--arch', 'x86_64', '--screenshot', picture];
    const { stdout, exitCode } = await zosia(run, { cwd: folder.path });
    expect(stdout).toContain('Press any key to leave.');
    expect(exitCode).toBe(0);
    const { width, height, ...pixels } = decodePng(await readFile(picture));
    expect(width * height).toBeGreaterThanOrEqual(640 * 400);
    const counts = [...countColours({ width, height, ...pixels }).values()];
    const ink = width * height - Math.max(...counts);
    // What the text is written on and with: the firmware's logo has many colours.
    expect(counts).toHaveLength(2);
    // A character's cell has 8 × 19 dots, and letters black a tenth of it and more.
    expect(ink).toBeGreaterThan(reference.tell().text.length * 15);
    expect(ink).toBeLessThan((width * height) / 3);
  });

  it.each(ARCHITECTURES)(
    'says hello on %s, and returns to the firmware when a key is pressed',
    async (arch) => {
      const disk = folder.file('hello.img');
      await imageEfi('--hello', '--out', disk);
      const run = [CLI, 'run', 'efi', '--disk', disk, '--arch', arch];
      const terminal = openTerminal(process.execPath, run, { cwd: folder.path });
      try {
        await terminal.shows(/Hello from zosia, under UEFI\. Press any key to leave\./);
        terminal.type('x');
        await terminal.shows(/BdsDxe: starting /);
        terminal.type('\x01x');
        expect(await terminal.ended()).toBe(0);
      } finally {
        terminal.kill();
      }
    },
  );
});
