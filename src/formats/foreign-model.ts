import { Buffer } from 'buffer';
import { CHECKPOINT_MAGIC, LEGACY_CONFIG_BYTES } from './llama2c/layout.js';
import { looksLikeLegacyCheckpoint } from './llama2c/config.js';
import { shellPath } from '../shell-word.js';

/** What a file that is no GGUF looks like, and what to do about it. */
export interface ForeignFile {
  readonly what: string;
  readonly hint: string;
}

/** How much of the file's start {@link recogniseForeign} wants. */
export const FOREIGN_HEAD_BYTES = 512;

const GET_GGUF = 'Get the GGUF of the model; models are often published in both.';
const CONVERT = (path: string): string =>
  `Convert it first: zosia model convert ${shellPath(path)} --tokenizer TOKENIZER.bin --out MODEL.gguf`;
const UNPACK = 'Unpack it first.';

/** What is recognised; its hint may need the file's path. */
interface Recognised {
  readonly what: string;
  readonly hint: string | ((path: string) => string);
}

type Recogniser = (head: Buffer, sizeBytes: number) => Recognised | undefined;

const startsWith =
  (start: readonly number[] | string, what: string, hint: Recognised['hint']): Recogniser =>
  (head) => {
    const bytes = typeof start === 'string' ? Buffer.from(start, 'latin1') : Buffer.from(start);
    return head.subarray(0, bytes.length).equals(bytes) ? { what, hint } : undefined;
  };

/** Most telling first. Magic numbers are those of the formats' own documentation. */
const RECOGNISERS: readonly Recogniser[] = [
  startsWith(
    'version https://git-lfs',
    'it is a Git LFS pointer, which stands for the real file',
    'Fetch the real file: git lfs pull, or the download link of the page.',
  ),
  webPage,
  startsWith('PK\x03\x04', 'it looks like a PyTorch checkpoint (a zip archive)', GET_GGUF),
  startsWith([0x80, 0x02], 'it looks like an old PyTorch checkpoint (a pickle)', GET_GGUF),
  safetensors,
  startsWith('lmgg', 'it is of the GGML format that came before GGUF', GET_GGUF),
  startsWith('fmgg', 'it is of the GGMF format that came before GGUF', GET_GGUF),
  startsWith('tjgg', 'it is of the GGJT format that came before GGUF', GET_GGUF),
  startsWith([0x1f, 0x8b], 'it is compressed with gzip', UNPACK),
  startsWith([0x28, 0xb5, 0x2f, 0xfd], 'it is compressed with zstd', UNPACK),
  startsWith([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'it is compressed with xz', UNPACK),
  startsWith([...CHECKPOINT_MAGIC], 'it is a llama2.c checkpoint', CONVERT),
  legacyCheckpoint,
  zeros,
];

/**
 * Says what a file looks like from its first bytes; undefined when it looks like nothing known. `path`
 * stands for the file in hints.
 */
export function recogniseForeign(
  head: Uint8Array,
  sizeBytes: number,
  path: string,
): ForeignFile | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  for (const recognise of RECOGNISERS) {
    const found = recognise(bytes, sizeBytes);
    if (!found) continue;
    const { what, hint } = found;
    return { what, hint: typeof hint === 'string' ? hint : hint(path) };
  }
  return undefined;
}

function webPage(head: Buffer): Recognised | undefined {
  if (!/^\s*<(!doctype\s+html|html|head)\b/i.test(head.toString('latin1'))) return undefined;
  return {
    what: 'it is a web page',
    hint: 'The link led to a page about the file; download the file itself.',
  };
}

/** A 64-bit length of a JSON header, which follows (safetensors format description). */
function safetensors(head: Buffer, sizeBytes: number): Recognised | undefined {
  if (head.length < 9 || head[8] !== 0x7b) return undefined;
  const headerBytes = head.readUInt32LE(0) + head.readUInt32LE(4) * 2 ** 32;
  if (headerBytes + 8 > sizeBytes) return undefined;
  return { what: 'it looks like a safetensors file', hint: GET_GGUF };
}

function legacyCheckpoint(head: Buffer, sizeBytes: number): Recognised | undefined {
  if (head.length < LEGACY_CONFIG_BYTES) return undefined;
  if (!looksLikeLegacyCheckpoint(head.subarray(0, LEGACY_CONFIG_BYTES), sizeBytes))
    return undefined;
  return { what: 'it looks like a llama2.c checkpoint', hint: CONVERT };
}

function zeros(head: Buffer): Recognised | undefined {
  if (head.length === 0 || head.some((byte) => byte !== 0)) return undefined;
  return {
    what: 'it starts with nothing but zeros, as an unfinished download does',
    hint: 'Download the file again.',
  };
}
