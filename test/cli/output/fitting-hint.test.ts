import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../../src/cli/program.js';
import { fittingHint } from '../../../src/cli/output/fitting-hint.js';
import { typescriptLiterals } from '../../docs/literals.js';
import { ROOT } from '../../docs/pages.js';

const has =
  (...options: string[]) =>
  (option: string): boolean =>
    options.includes(option);

describe('fittingHint', () => {
  const hints = ['Free some space, or name another place with --out.', 'Free some space.'];

  it('names an option where the command has it, and only there', () => {
    expect(fittingHint(hints, has('--out'))).toBe(hints[0]);
    expect(fittingHint(hints, has('--ram'))).toBe(hints[1]);
  });

  it('drops a sentence that does not fit, where there is no other hint', () => {
    expect(fittingHint(['Check the file. Or set it with --ram.'], has())).toBe('Check the file.');
    expect(fittingHint(['Set it with --ram.'], has())).toBeUndefined();
    expect(fittingHint([], has())).toBeUndefined();
  });

  it("keeps options of zosia's other commands, and what guests have printed", () => {
    const other = 'Write it with zosia image model --verify, then try again.';
    expect(fittingHint([other], has())).toBe(other);
    const file = 'Convert it first: zosia model convert ./a.b.bin --tokenizer t.bin --out m.gguf';
    expect(fittingHint([file], has())).toBe(file);
    const console = 'The last lines:\nusage: llama-cli --help';
    expect(fittingHint([console], has())).toBe(console);
  });
});

describe('options that hints name', () => {
  const program = makeProgram({ signal: new AbortController().signal, result: { exitStatus: 0 } });
  const all = new Set<string>();
  const collect = ({ options, commands }: typeof program): void => {
    for (const { long } of options) if (long !== undefined) all.add(long);
    commands.forEach(collect);
  };
  collect(program);

  it('are options of some command of zosia, or another program is named', async () => {
    const texts = await typescriptLiterals(`${ROOT}src`, 'hint');
    expect(texts.length).toBeGreaterThan(150);
    const unknown = texts.filter(
      (text) => fittingHint([text], (option) => all.has(option) || option === '--version') !== text,
    );
    expect(unknown).toEqual([]);
  });
});
