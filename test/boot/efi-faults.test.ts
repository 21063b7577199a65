import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { embeddedReference } from '../support/embedded-model.js';
import { STORIES_15M } from '../support/llama2-format.js';
import { randomCheckpoint } from '../support/random-checkpoint.js';
import { temporaryFolder } from '../support/temporary.js';
import { bootDisk } from './efi/boot.js';
import { writeEfiDisk } from './efi/disk.js';

const RAM_MIB = 256;
/** Just fits into a file of settings, and would take hours to encode: every word is merged anew. */
const LONG_PROMPT = 'the '.repeat(262_000);

/** What zosia itself would refuse to write, or to boot, is put on disks by hand. */
describe('an EFI disk with an error', () => {
  const folder = temporaryFolder();
  let good: Buffer;
  let tokenizer: Buffer;
  let larger: Buffer;
  beforeAll(async () => {
    const reference = await embeddedReference(folder.path);
    good = await readFile(reference.checkpoint);
    tokenizer = await readFile(reference.tokenizer);
    // One token more, of no bytes.
    larger = Buffer.concat([tokenizer, Buffer.alloc(8)]);
  });

  /** Boots the files of a good disk, but for some. */
  async function consoleWith(
    changes: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<string> {
    const disk = folder.file('disk.img');
    const settings = 'model=good.bin\ntokenizer=good-tokenizer.bin\npoweroff=1\n';
    const files = { 'llama2.cfg': settings, 'good.bin': good, 'good-tokenizer.bin': tokenizer };
    await writeEfiDisk(disk, { ...files, ...changes });
    const { console } = await bootDisk(disk, { arch: 'x86_64', ramMiB: RAM_MIB });
    return console.replaceAll('\n', ' ');
  }

  it.each<[string, () => Record<string, string | Uint8Array>, RegExp]>([
    [
      'a checkpoint that is not there',
      () => ({ 'llama2.cfg': 'model=lost.bin\ntokenizer=good-tokenizer.bin\npoweroff=1' }),
      /zosia: there is no lost\.bin on the disk /,
    ],
    [
      'a checkpoint that is cut short',
      () => ({ 'good.bin': good.subarray(0, -1) }),
      /zosia: good\.bin: it is damaged: it has 5937691 bytes, .* of its shape has 5937692 /,
    ],
    [
      'the tokenizer of another vocabulary',
      () => ({ 'good-tokenizer.bin': larger }),
      /zosia: good-tokenizer\.bin: it has more tokens/,
    ],
    [
      'a bad line among the settings',
      () => ({ 'llama2.cfg': 'model=good.bin\nsteps=many\npoweroff=1\n' }),
      /zosia: llama2\.cfg, line 2: steps must be a number of tokens/,
    ],
    [
      'a model that memory has no room for',
      () => {
        const shape = { ...STORIES_15M, dim: 64, hiddenDim: 172, headCount: 8, kvHeadCount: 4 };
        const tooLong = { ...shape, layerCount: 5, vocabularySize: 2048, contextLength: 2 ** 20 };
        return { 'good.bin': randomCheckpoint(tooLong, { version: 1 }, 1) };
      },
      // Keys and values of 2^20 positions in 5 layers take 1280 MiB.
      /zosia: good\.bin needs 13\d\d MiB of memory, and this machine has [12]\d\d MiB free /,
    ],
    [
      'a prompt that no context holds',
      () => ({
        'llama2.cfg': `model=good.bin\ntokenizer=good-tokenizer.bin\npoweroff=1\nprompt=${LONG_PROMPT}`,
      }),
      // The longest token has 15 bytes.
      /zosia: the prompt has 1048000 bytes, and the 512 tokens that .* have 7680 at most /,
    ],
  ])('reports %s, and powers the machine off', async (_, changes, message) => {
    const console = await consoleWith(changes());
    expect(console).toMatch(message);
    expect(console).not.toContain('Generating');
  });
});
