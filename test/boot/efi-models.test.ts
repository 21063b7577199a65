import { copyFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { convertLlama2c } from '../../src/recipes/convert.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { LlamaPrograms } from '../support/llama-programs.js';
import { greedyByLlama } from '../support/native-llama/greedy.js';
import type { LlamaToken } from '../support/native-llama/greedy.js';
import { quantise } from '../support/native-llama/quantise.js';
import { writeRandomGguf } from '../support/random-gguf/write.js';
import { temporaryFolder } from '../support/temporary.js';
import { STORIES_260K, WITH_WEIGHTS } from '../support/weights.js';

const TOKENS = 100;
/** Logits that are as close keep no order when they are summed otherwise: 1e-3 of the largest, which are 10 to 30. */
const CLOSE_LOGPROBS = 0.03;

/**
 * Every architecture, every kind of heads, outputs and rotation, and every type but F32. Their tokens tell of weights
 * that are read or multiplied wrongly; what attention makes of them decides only what trained models say, and
 * logits, which test/oracle/engine compares natively.
 */
const RANDOM_MODELS = [
  ['llama-small', 'Q4_0'],
  ['llama-large-llama3', 'Q4_K'],
  ['llama-5-heads', 'Q5_1'],
  ['llama-9-heads', 'Q5_0'],
  ['llama-linear', 'Q6_K'],
  ['llama-long-heads', 'IQ4_NL'],
  ['qwen2-small', 'Q5_K'],
  ['qwen2-large', 'BF16'],
  ['qwen3-small', 'Q3_K'],
  ['qwen3-large', 'Q2_K'],
  ['phi3-small', 'F16'],
  ['phi3-large-long', 'Q4_1'],
  ['gemma3-small', 'MXFP4'],
  ['gemma3-large', 'Q8_0'],
] as const;

interface Case {
  readonly gguf: string;
  readonly prompt: string;
  readonly byLlama: readonly LlamaToken[];
}

describe('under firmware the engine goes on as llama.cpp does natively', () => {
  const folder = temporaryFolder();
  let programs: LlamaPrograms;
  beforeAll(async () => {
    programs = await LlamaPrograms.unpack(folder.file('root'));
  });

  /** llama.cpp is asked once for all machines. */
  const cases = new Map<string, Promise<Case>>();
  const caseOf = (prompt: string, name: string, make: () => Promise<string>): Promise<Case> => {
    const made = cases.get(name) ?? make().then(ask);
    cases.set(name, made);
    return made;
    async function ask(gguf: string): Promise<Case> {
      return { gguf, prompt, byLlama: await greedyByLlama(programs, gguf, prompt, TOKENS) };
    }
  };

  async function compare({ gguf, prompt, byLlama }: Case, arch: string): Promise<void> {
    const up = ['up', '--machine', 'efi', gguf, '--arch', arch, '--chat-template', 'none'];
    const { stdout, stderr, exitCode } = await zosia(
      [...up, '--prompt', prompt, '--temp', '0', '-n', String(TOKENS), '--ctx', '512'],
      { cwd: folder.path },
    );
    expect(exitCode, stderr).toBe(0);
    const texts = byLlama.map(({ text }) => shown(text));
    // Behind the last token the line ends, where it does not by itself.
    if (stdout.replace(/\n?$/, '') === texts.join('').replace(/\n?$/, '')) return;
    const parting = texts.findIndex(
      (_, index) => !stdout.startsWith(texts.slice(0, index + 1).join('')),
    );
    const [first, second] = byLlama[parting]!.candidates;
    const apart = first!.logprob - second!.logprob;
    expect(apart, `parts at token ${parting}: ${stdout}`).toBeLessThan(CLOSE_LOGPROBS);
  }

  describe.each(ARCHITECTURES)('on %s', (arch) => {
    it.each(RANDOM_MODELS)('by the random %s in %s', async (name, type) => {
      const prompt = 'Once upon a time there was a little cat.';
      const made = caseOf(prompt, name, async () => {
        return quantise(programs, await writeRandomGguf(folder.path, name), type);
      });
      await compare(await made, arch);
    });

    it('by the built-in model', async () => {
      const gguf = folder.file('built-in.gguf');
      const made = caseOf('Q: What can you do?\nA:', 'built-in', async () => {
        await copyFile(EMBEDDED_MODEL, gguf);
        return gguf;
      });
      await compare(await made, arch);
    });

    it('by stories260K in F32', WITH_WEIGHTS, async () => {
      const out = folder.file('stories260K.gguf');
      const made = caseOf('Once upon a time', 'stories260K', async () => {
        await convertLlama2c({ ...STORIES_260K, out });
        return out;
      });
      await compare(await made, arch);
    });
  });
});

/** What of a text the machine sends: of control characters, those that a line is made of. */
// eslint-disable-next-line no-control-regex -- these are meant
const shown = (text: string): string => text.replace(/[\0-\x08\x0b-\x1f\x7f]/g, '');
