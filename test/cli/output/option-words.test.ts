import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { applyVariables, variableOption } from '../../../src/cli/variable-option.js';
import { fittingHint, inWords, wordFor } from '../../../src/cli/output/option-words.js';
import { wholeProgram } from '../../support/commands.js';
import { option, wording } from '../../../src/wording.js';
import { ROOT } from '../../docs/pages.js';

describe('wordFor', () => {
  const commandWith = (args: readonly string[], env: Record<string, string> = {}): Command => {
    const command = new Command('run')
      .option('--out <file>')
      .addOption(variableOption('--ram <MiB>', 'memory', 'RAM_MB'))
      .addOption(variableOption('--accel <name>', 'accelerator', 'QEMU_ACCEL'));
    command.parse(args, { from: 'user' });
    applyVariables(command, env);
    return command;
  };

  it('returns an option with its value', () => {
    const word = wordFor(commandWith([]));
    expect(word(option('ramMiB'))).toBe('--ram');
    expect(word(option('accel', 'tcg'))).toBe('--accel tcg');
  });

  it('returns the variable when the value comes from it', () => {
    const env = { RAM_MB: '5', QEMU_ACCEL: 'kvm' };
    const word = wordFor(commandWith(['--accel', 'hvf'], env));
    expect(word(option('ramMiB'))).toBe('RAM_MB');
    expect(word(option('ramMiB', 99))).toBe('RAM_MB=99');
    expect(word(option('accel'))).toBe('--accel');
  });

  it('returns the variable when there is no such option', () => {
    expect(wordFor(commandWith([]))(option('cacheDir'))).toBe('ZOSIA_CACHE');
  });

  it('returns undefined for an option that the command does not have', () => {
    expect(wordFor(commandWith([]))(option('firmware'))).toBeUndefined();
    expect(wordFor(undefined)(option('ramMiB'))).toBeUndefined();
  });
});

describe('fittingHint', () => {
  const hints = [wording`Free some, or name ${option('out')}.`, 'Free some.'];

  it('returns the first hint whose options the command has', () => {
    expect(fittingHint(hints, () => '--out')).toBe('Free some, or name --out.');
    expect(fittingHint(hints, () => undefined)).toBe('Free some.');
    expect(fittingHint(hints.slice(0, 1), () => undefined)).toBeUndefined();
  });

  it('returns plain texts unchanged', () => {
    const plain = 'The last lines:\nusage: llama-cli --help';
    expect(fittingHint([plain], () => undefined)).toBe(plain);
    expect(inWords(plain, () => '--x')).toBe(plain);
  });
});

/** Files whose flags are arguments of other programs: compilers, apt, QEMU, setpriv, llama.cpp. */
const OF_OTHER_PROGRAMS = [
  'artifacts/apt-index.ts',
  'artifacts/apt-mirror.ts',
  'artifacts/npm-package.ts',
  'doctor/install.ts',
  'doctor/package-managers.ts',
  // Node's own.
  'recipes/chat-pieces/render.ts',
  // Custom properties of style sheets.
  'html/style.ts',
  'inspect/page/style.ts',
  'machine/llama-server/arguments.ts',
  // llama.cpp's option for colours.
  'machine/linux/request.ts',
  'machine/qemu/facts.ts',
  // llama.cpp's options for drafts.
  'recipes/speculation.ts',
  // llama-server's.
  'serve/machines/server-arguments.ts',
  'serve/page/style.ts',
  // systemctl's options.
  'serve/service/manager.ts',
  'machine/qemu/process.ts',
  'perf/report/style.ts',
  'perf/setting.ts',
  'recipes/model-memory.ts',
  'toolchain/docker/base-image.ts',
  'toolchain/docker/client.ts',
  'toolchain/docker/container.ts',
  'toolchain/docker/docker-builder.ts',
  'toolchain/docker/image.ts',
  'toolchain/efi.ts',
  'toolchain/freestanding.ts',
  'toolchain/kernel/build.ts',
  // The doctor's purposes, which messages put into whole commands.
  'toolchain/kernel/preflight.ts',
  'toolchain/kernel/source.ts',
  'toolchain/llama/build.ts',
  'toolchain/llama/source.ts',
  'toolchain/llama/toolchain.ts',
  'toolchain/required-tools.ts',
  // llama.cpp's.
  'workers/plan/plan-workers.ts',
];

/** Whole commands, up to the end of the sentence: whoever reads them types them as they are. */
const COMMAND = /\b(?:zosia [a-z]+|export\.py|xz|llama-gguf-split)\b(?:[^.;,]|[.;,](?=\S))*/g;

/** Texts of the sources outside of the command line, with `X` for each value, by file. */
async function textsOutsideOfTheCli(): Promise<{ file: string; text: string }[]> {
  const src = join(ROOT, 'src');
  const names = await readdir(src, { recursive: true });
  const texts: { file: string; text: string }[] = [];
  for (const file of names.filter((name) => name.endsWith('.ts') && !name.startsWith('cli/'))) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
        texts.push({ file, text: node.text });
      } else if (ts.isTemplateExpression(node)) {
        const rest = node.templateSpans.map(({ literal }) => `X${literal.text}`);
        texts.push({ file, text: node.head.text + rest.join('') });
      }
      ts.forEachChild(node, visit);
    };
    const source = await readFile(join(src, file), 'utf8');
    visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest));
  }
  return texts;
}

const program = await wholeProgram();

describe('the source below the command line', () => {
  const commandAt = (names: readonly string[]): Command =>
    names.reduce((at, name) => at.commands.find((each) => each.name() === name) ?? at, program);

  it('names an option only in a whole command of zosia or of another program', async () => {
    const texts = await textsOutsideOfTheCli();
    expect(texts.length).toBeGreaterThan(1000);
    const named = texts.filter(
      ({ file, text }) =>
        !OF_OTHER_PROGRAMS.includes(file) && /(?<![\w-])--[a-z]/.test(text.replace(COMMAND, '')),
    );
    expect(named).toEqual([]);
  });

  it('gives whole commands of zosia only options that they have', async () => {
    let count = 0;
    for (const { file, text } of await textsOutsideOfTheCli()) {
      for (const [command] of text.matchAll(COMMAND)) {
        if (!command.startsWith('zosia ')) continue;
        const words = command.split(/\s+/).slice(1);
        const { options } = commandAt(words);
        for (const flag of words.filter((word) => /^--[a-z]/.test(word))) {
          expect(
            options.map(({ long }) => long),
            `${file}: ${text}`,
          ).toContain(flag);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(8);
  });

  it('names only options that some command has', async () => {
    const all: Command[] = [program];
    for (const command of all) all.push(...command.commands);
    const src = join(ROOT, 'src');
    const names = await readdir(src, { recursive: true });
    const unknown: string[] = [];
    let count = 0;
    const isLooked = (name: string): boolean => !name.startsWith('cli/');
    for (const file of names.filter((name) => name.endsWith('.ts') && isLooked(name))) {
      const source = await readFile(join(src, file), 'utf8');
      for (const [, name] of source.matchAll(/\boption\('(\w+)'/g)) {
        count++;
        const isKnown = all.some((command) => wordFor(command)(option(name!)) !== undefined);
        if (!isKnown) unknown.push(`${file}: ${name!}`);
      }
    }
    expect(unknown).toEqual([]);
    expect(count).toBeGreaterThan(40);
  });
});
