import * as v from 'valibot';
import { digestImage } from './digest.js';
import { hostFileData, lookAtFile } from './host-file.js';
import { writeOutput } from './output-file.js';
import { readTextFile } from './text-file.js';
import { byteCount, matching, object, tryJson } from '../json.js';

/** Where the digest of a file is remembered. */
export const rememberedDigestPath = (path: string): string => `${path}.sha256.json`;

/** A file may change again within one step of its file system's clock; FAT's is the longest. */
const CLOCK_STEP_NS = 2_000_000_000n;
const NS_PER_MS = 1_000_000n;

/**
 * The sha256, in lower-case hex, of a whole file. It is remembered beside the file, with the file's size and
 * modification time: reading an initramfs takes longer than all else that precedes a machine. The file is
 * read again once it has others, and as long as it has only just changed. Where nothing can be written
 * nothing is remembered.
 *
 * @throws ZosiaError as `lookAtFile` and `digestImage`
 */
export async function rememberedDigest(path: string): Promise<string> {
  const file = await lookAtFile(path);
  const stamp = { sizeBytes: file.sizeBytes, mtimeNs: String(file.mtimeNs) };
  const memoPath = rememberedDigestPath(path);
  const memo = tryJson(MEMO, await readTextFile(memoPath).catch(() => ''));
  if (memo?.sizeBytes === stamp.sizeBytes && memo.mtimeNs === stamp.mtimeNs) return memo.sha256;

  const startNs = BigInt(Date.now()) * NS_PER_MS;
  const sha256 = await digestImage(hostFileData(file));
  if (startNs - file.mtimeNs >= CLOCK_STEP_NS) {
    const text = `${JSON.stringify({ ...stamp, sha256 } satisfies Memo)}\n`;
    await writeOutput(memoPath, text, { durable: false }).catch(() => undefined);
  }
  return sha256;
}

type Memo = v.InferOutput<typeof MEMO>;

const MEMO = object({
  sizeBytes: byteCount,
  /** In decimal: too large for a number of JSON. */
  mtimeNs: matching(/^-?\d{1,30}$/),
  sha256: matching(/^[0-9a-f]{64}$/),
});
