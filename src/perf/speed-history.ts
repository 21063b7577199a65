import { createHash } from 'node:crypto';
import { appendFile, open } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { makeFolder } from '../host/make-folder.js';
import { writeOutput } from '../host/output-file.js';
import { tryJson } from '../json.js';
import type { MeasuredSpeed } from '../prepare/speed.js';

/** How much of the history is read; what is older is forgotten. A run takes about 300 bytes. */
const MOST_BYTES = 256 * 1024;

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

const RUN = v.object({
  host: v.string(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  model: v.string(),
  quantisation: v.optional(v.string()),
  tokenBytes: positive,
  tokPerS: positive,
  arch: v.string(),
  accel: v.string(),
  setting: v.string(),
});

/** Where what has been measured is kept, a line of JSON for each run. */
export const historyPath = (cacheDirectory: string): string =>
  join(cacheDirectory, 'perf', 'speeds.jsonl');

/**
 * What stands for this host in the history: a home folder may be shared between hosts. Its processors are in
 * it, with which speeds change.
 */
export function hostMark(): string {
  const all = cpus();
  const facts = [hostname(), process.arch, all[0]?.model ?? '', all.length];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** Adds a run, with one write to the end: several zosias may share the history. */
export async function rememberSpeed(cacheDirectory: string, speed: MeasuredSpeed): Promise<void> {
  const path = historyPath(cacheDirectory);
  await makeFolder(dirname(path));
  await forgetOldest(path);
  const line = JSON.stringify({ host: hostMark(), ...speed, at: speed.at.toISOString() });
  await appendFile(path, `${line}\n`);
}

/** What has been measured on this host, the oldest first. What is damaged, or not there, is none. */
export async function readSpeeds(cacheDirectory: string): Promise<MeasuredSpeed[]> {
  const { text } = await readEnd(historyPath(cacheDirectory)).catch(() => ({ text: '' }));
  const host = hostMark();
  return text.split('\n').flatMap((line) => {
    const run = tryJson(RUN, line);
    if (run?.host !== host) return [];
    const { model, quantisation, tokenBytes, tokPerS, arch, accel, setting } = run;
    const at = new Date(run.at);
    return [{ at, model, quantisation, tokenBytes, tokPerS, arch, accel, setting }];
  });
}

/** The last lines of the history. */
async function readEnd(path: string): Promise<{ text: string; isWhole: boolean }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - MOST_BYTES);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const text = buffer.toString('utf8', 0, bytesRead);
    const isWhole = start === 0;
    return { text: isWhole ? text : text.slice(text.indexOf('\n') + 1), isWhole };
  } finally {
    await file.close();
  }
}

async function forgetOldest(path: string): Promise<void> {
  const end = await readEnd(path).catch(() => undefined);
  if (!end || end.isWhole) return;
  const half = end.text.slice(end.text.length / 2);
  await writeOutput(path, half.slice(half.indexOf('\n') + 1));
}
