import { describe, expect, it } from 'vitest';
import { EfiConsole } from '../../../src/machine/efi/console.js';

function watch(...pieces: string[]): EfiConsole {
  const console = new EfiConsole();
  for (const piece of pieces) console.feed(Buffer.from(piece, 'utf8'));
  return console;
}

describe('EfiConsole', () => {
  it.each([
    ['29 tokens in 0.089 s: 214.48 tokens/s\r\n', true],
    ['Press any key to leave.\r\n', true],
    ['Hello from zosia, under UEFI. Press any key to leave.\r\n', true],
    ['Type a text, or /help.\r\n> ', true],
    ['\x04', true],
    ['29 tokens in 0.089 s: 214.48 tokens/s', false],
    ['Generating 20 tokens:\r\nOnce upon a time > there', false],
    ['', false],
  ])('recognises %j as an end: %s', (text, isFinished) => {
    expect(watch(text).isFinished).toBe(isFinished);
  });

  it.each([
    ['BdsDxe: starting Boot0001\r\n', false],
    ['Weights: float32; 1 processor, SSE2\r\n', false],
    ['Weights: int8; 1 processor, SSE2\r\n', false],
    ['Top token: 403 (logit=8.1)\r\n', true],
    ['Weights: Q4_K; 2 processors, AVX2 with FMA\r\n', true],
    ['Weights: BF16; 1 processor, NEON\r\n', true],
    ['Once upon a time\r\nWeights: Q4_K; ', false],
    ['> ', true],
  ])('expects input after %j: %s', (text, isListening) => {
    expect(watch(text).isListening).toBe(isListening);
  });

  it('counts the prompts, at most one a line and each once', () => {
    expect(watch('> ').linesWanted).toBe(1);
    expect(watch('>', ' ', 'a', 'b', '\x08 \x08').linesWanted).toBe(1);
    expect(watch('> ', 'Once\r\n', 'Once upon\r\n', '\x1b[0m> ').linesWanted).toBe(2);
    expect(watch('a > b', '\r\n').linesWanted).toBe(0);
  });

  it('returns the error of the application, from the console or from its frame', () => {
    expect(watch('\x1b[0mzosia: there is no stories15M.bin\r\n').failure).toBe(
      'there is no stories15M.bin',
    );
    expect(watch('\x18no memory\x03zosia: no memory, on the console\r\n').failure).toBe(
      'no memory',
    );
    expect(watch('> zosia: x\r\nOnce zosia: x\r\n').failure).toBeUndefined();
  });

  it.each<[string, string, number | undefined]>([
    [
      'says that its context is full',
      'Once\x02 upon\x03 upon\r\n(The context is full.)\r\n\x04',
      64,
    ],
    ['ends it itself', 'Once\x02 upon\x03 upon\r\n\x04', undefined],
    [
      'writes that line itself',
      '(The context is full.)\x02(The context is full.)\x03\r\n\x04',
      undefined,
    ],
    [
      'does both',
      'a\x02a\n(The context is full.)\nb\x03\r\n(The context is full.)\r\nb\r\n(The context is full.)\r\n\x04',
      64,
    ],
  ])('returns the length of the context that cut an answer: the model %s', (_, text, full) => {
    const banner = 'Model: llama, 5 layers of 96, 6 heads, 2048 tokens, context 64\r\n';
    expect(watch(banner, text).fullContextTokens).toBe(full);
    expect(watch(banner, text).contextTokens).toBe(64);
    // A checkpoint tells no such length.
    expect(watch('Model config: dim=64\r\n', text).fullContextTokens).toBeUndefined();
  });

  it('shows the console without the frames', () => {
    const console = new EfiConsole();
    const shown = console.feed(Buffer.from('Once\x02 upon\x03 upon\r\n\x04'));
    expect(Buffer.from(shown).toString()).toBe('Once upon\r\n');
    expect(console.tail).toBe('Once upon');
    expect(console.answerEnd).toEqual({ kind: 'complete' });
  });
});
