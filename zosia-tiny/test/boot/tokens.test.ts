import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { embeddedCheckpoint, hostArchitecture, withRunDisk } from 'zosia/recipes';
import type { CheckpointPaths } from 'zosia/recipes';
import { zosia } from '../../../test/support/cli.js';
import { EMBEDDED_MODEL } from '../../../test/support/embedded-model.js';
import { referenceText } from '../../../test/support/llama2-sampling.js';
import { decodeToken, readVocabulary } from '../../../test/support/llama2-tokens.js';
import type { Vocabulary } from '../../../test/support/llama2-tokens.js';
import { temporaryFolder } from '../../../test/support/temporary.js';
import { bootDisk } from '../../../test/boot/efi/boot.js';
import { guestFiles } from '../../../test/boot/modes/guest.js';
import { answersOf, EVERY_TIME } from './requests.js';

const TOKENS = 100;

describe('the built-in model without a prompt, at temperature 0', () => {
  const folder = temporaryFolder();
  const efiDisk = () => folder.file('efi.img');
  let files: CheckpointPaths;
  let vocabulary: Vocabulary;
  let story: readonly number[];
  beforeAll(async () => {
    await run(
      ...['image', 'efi', '--out', efiDisk(), '--arch', hostArchitecture()],
      ...['-n', `${TOKENS}`, '--temp', '0', '--poweroff'],
    );
    files = await embeddedCheckpoint(folder.path);
    vocabulary = readVocabulary(await readFile(files.tokenizer));
    const greedy = { steps: TOKENS, temperature: 0, topP: 0.9, seed: 1 };
    story = referenceText(await readFile(files.checkpoint), vocabulary, greedy).tokens;
    expect(story).toHaveLength(TOKENS);
  });

  async function run(...args: string[]): Promise<void> {
    const { exitCode, stderr } = await zosia(args, { cwd: folder.path });
    expect(exitCode, stderr).toBe(0);
  }

  it('gives the tokens of the reference implementation in llama.cpp, as Q8_0 and as F32', async () => {
    const float32 = folder.file('f32.gguf');
    const { checkpoint, tokenizer } = files;
    await run('model', 'convert', checkpoint, '--tokenizer', tokenizer, '--out', float32);
    const disk = folder.file('model.img');
    await run('image', 'model', EMBEDDED_MODEL, '--add', `${float32}:/f32.gguf`, '--out', disk);
    const guest = await guestFiles(hostArchitecture(), folder.path);
    const told = await answersOf(guest, disk, [
      ...tokensRequests('/models/model.gguf'),
      ...tokensRequests('/models/f32.gguf'),
    ]);
    expect([tokensListed(told[1]!), tokensListed(told[3]!)]).toEqual([story, story]);
  });

  it('gives the text of the same tokens, one by one, on the EFI machine', async () => {
    const { pieces } = await withRunDisk(efiDisk(), { answer: 'serial' }, (disk) =>
      bootDisk(disk.path, { arch: hostArchitecture() }),
    );
    const shown = story.map((token, at) => decodeToken(vocabulary, story[at - 1] ?? 1, token));
    expect(pieces.map(String)).toEqual(shown.map(String));
  });
});

/**
 * llama-completion prints what it generates as text alone. So it keeps its tokens as a session, and then
 * is shown the session as the prompt of a second run: a prompt's tokens it lists.
 */
function tokensRequests(model: string) {
  const session = ['--prompt-cache', `/tmp/${model.replaceAll('/', '-')}`];
  const all = [...EVERY_TIME, '--temp', '0', '--model', model, ...session];
  const logged = ['--verbose-prompt', '--log-verbosity', '3', '--log-file', '/tmp/log'];
  return [
    { prompt: '', args: [...all, '--prompt-cache-all', '--predict', `${TOKENS}`] },
    { prompt: '', args: [...all, ...logged, '--predict', '1'] },
  ];
}

/** What is listed after the beginning of text. */
function tokensListed(log: string): number[] {
  const [begin, ...tokens] = Array.from(log.matchAll(/^[\d.]+ I +(\d+) -> '/gm), ([, id]) =>
    Number(id),
  );
  expect(begin, log).toBe(1);
  return tokens;
}
