import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

/** What happens to the screen: llama-cli prints a piece, waits for input, or the user leaves and comes back. */
type Step = { prints: string } | 'WAITS' | 'LEAVES';

const PIECES = ['word', ' ', '>', '> ', '\n> ', 'a > b', '\x1b[0m\n> ', '> > ', 'é'];

function encoded(step: Step): Buffer {
  if (step === 'WAITS') return Buffer.from([0]);
  if (step === 'LEAVES') return Buffer.from([255]);
  const piece = Buffer.from(step.prints);
  return Buffer.concat([Buffer.from([piece.length]), piece]);
}

describe('the screen of a chat', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const parts = ['chat/screen', 'kernel/queue', 'text/text'];
    program = await buildProgram(folder.path, 'show_output', parts);
  });

  /** What is on the console after each step, and what the end adds. */
  async function shown(steps: readonly Step[]): Promise<string[]> {
    const input = Buffer.concat(steps.map(encoded));
    const { stdout } = await execa(program, { input, stripFinalNewline: false });
    return stdout.split('\0');
  }

  const prints = (text: string): Step => ({ prints: text });

  it('shows a prompt when llama-cli waits behind it', async () => {
    expect(await shown([prints('Hello.\n> '), 'WAITS', prints('more')])).toEqual([
      'Hello.\n',
      '> ',
      'more',
      '',
    ]);
  });

  it('shows what only looked like a prompt with what follows', async () => {
    expect(await shown(['a > ', 'b', '> ', '> ', 'c'].map(prints))).toEqual([
      'a ',
      '> b',
      '',
      '> ',
      '> c',
      '',
    ]);
  });

  it('shows a prompt at the end of llama-cli', async () => {
    expect(await shown([prints('\n> ')])).toEqual(['\n', '> ']);
  });

  it('keeps a prompt for who comes back', async () => {
    expect(await shown([prints('\n> '), 'LEAVES', 'WAITS'])).toEqual(['\n', '\r\n', '> ', '']);
    expect(await shown([prints('\n> '), 'WAITS', 'LEAVES', 'WAITS'])).toEqual([
      '\n',
      '> ',
      '\r\n',
      '',
      '',
    ]);
  });

  it('loses nothing, and shows everything but a prompt at once', async () => {
    const step = fc.constantFrom<Step[]>(...PIECES.map(prints), 'WAITS');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const output = await shown(steps);
        expect(output).toHaveLength(steps.length + 1);
        let printed = '';
        for (const [i, step] of steps.entries()) {
          if (typeof step === 'object') printed += step.prints;
          const visible = output.slice(0, i + 1).join('');
          const left = printed.slice(visible.length);
          expect(printed.startsWith(visible)).toBe(true);
          expect(['', '> ']).toContain(left);
          if (step === 'WAITS') expect(left).toBe('');
          else if (typeof step === 'object' && step.prints.endsWith('> ')) expect(left).toBe('> ');
        }
        expect(output.join('')).toBe(printed);
      }),
    );
  });
});
