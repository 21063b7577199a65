import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inputsDigest } from './inputs.js';
import { SLOW_TESTS } from './slow-tests.js';

/**
 * Runs those of the slow tests that have not passed with what they stand on now, and records that they have.
 * The record is committed: a clone runs what has changed since.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RECORD = fileURLToPath(new URL('passed.json', import.meta.url));

/** The digest of what each test file stood on when it passed the last time. */
const passed = JSON.parse(await readFile(RECORD, 'utf8')) as Record<string, string>;

for (const { script, files } of SLOW_TESTS) {
  const changed: [file: string, digest: string][] = [];
  for (const [file, besides] of Object.entries(files)) {
    const digest = await inputsDigest(ROOT, file, besides);
    if (passed[file] === digest) console.log(`unchanged since it passed: ${file}`);
    else changed.push([file, digest]);
  }
  if (changed.length === 0) continue;
  const args = ['run', script, '--', ...changed.map(([file]) => file)];
  const { exitCode } = await execa('npm', args, { cwd: ROOT, stdio: 'inherit', reject: false });
  if (exitCode !== 0) process.exit(exitCode ?? 1);
  for (const [file, digest] of changed) passed[file] = digest;
  const sorted = Object.entries(passed).sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(RECORD, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}
