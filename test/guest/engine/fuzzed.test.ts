import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { IS_COMPLETE_HOST, skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram, fuzzingFlags } from '../engine-programs.js';
import { SEED_BYTES_MAX, writeDictionary, writeSeeds, writeVocabularies } from './fuzz-seeds.js';
import { BASIC_PRODUCTS, GGUF_FOLDERS, HOSTILE_SOURCE } from './hostile.js';

const flags = await fuzzingFlags();
const REASON = "this host's clang has no libFuzzer";
const WITH_LIBFUZZER = skipWhere(flags === undefined && !IS_COMPLETE_HOST, REASON);

function targetOf(macro: string): { readonly macro: string; readonly flags: readonly string[] } {
  if (flags === undefined) {
    throw new Error(`${REASON}; zosia doctor --install installs what tests need`);
  }
  return { macro, flags };
}

/** What is found stays there, behind the end of the test: the message names it. */
const FOUND = join(tmpdir(), 'zosia-fuzzed-');

/** Seconds for each target, in which it tries new inputs; else the same ones each time, on a busy host fewer. */
const SECONDS = process.env.ZOSIA_TEST_FUZZ_SECONDS;
const HOW_LONG =
  SECONDS === undefined
    ? ['-seed=1', '-max_total_time=45']
    : ['-runs=-1', `-max_total_time=${SECONDS}`];
const TIMEOUT = 300_000 + 1000 * Number(SECONDS ?? 0);

/** Has a target of libFuzzer try inputs that it makes of those in a folder. */
async function fuzz(
  target: string,
  corpus: string,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  // What takes a minute hangs, on a busy host, too.
  const bounds = ['-timeout=60', '-rss_limit_mb=1024', '-len_control=0', '-verbosity=0'];
  const args = [...options, ...bounds, ...HOW_LONG, `-artifact_prefix=${FOUND}`, corpus];
  const { exitCode, stderr } = await execa(target, args, { env, reject: false });
  expect(exitCode, stderr.slice(-6000)).toBe(0);
}

describe('what libFuzzer makes', { ...WITH_LIBFUZZER, timeout: TIMEOUT }, () => {
  const folder = temporaryFolder();

  it('of GGUFs is refused or run, and nothing out of bounds', async () => {
    const target = await buildEngineProgram(folder.path, {
      source: HOSTILE_SOURCE,
      further: ['engine/mutate_gguf.c'],
      folders: GGUF_FOLDERS,
      products: BASIC_PRODUCTS,
      fuzzer: targetOf('READ_GGUF_FUZZER'),
    });
    const corpus = folder.file('ggufs');
    const seeds = await writeSeeds(corpus);
    const refusals = async (files: readonly string[]): Promise<string> =>
      (await execa(target, files, { env: { READ_GGUF_REASONS: '1' } })).stderr;
    // All of them are run: what is refused leads to little.
    expect(seeds.length).toBeGreaterThan(0);
    expect(await refusals(seeds)).not.toContain('refused: ');
    const cut = folder.file('cut.gguf');
    await writeFile(cut, (await readFile(seeds[0]!)).subarray(0, 100));
    expect(await refusals([cut])).toContain('refused: ');
    const dictionary = await writeDictionary(folder.file('dictionary'));
    const options = ['-runs=50000', `-max_len=${SEED_BYTES_MAX}`, `-dict=${dictionary}`];
    await fuzz(target, corpus, options);
  });

  it('of texts is encoded and decoded with every kind of vocabulary, and nothing out of bounds', async () => {
    const target = await buildEngineProgram(folder.path, {
      source: 'tokenizer/encode_text.c',
      folders: ['base', 'gguf', 'tokenizer'],
      fuzzer: targetOf('ENCODE_TEXT_FUZZER'),
    });
    const paths = await writeVocabularies(folder.file('vocabularies'));
    const corpus = folder.file('texts');
    await mkdir(corpus);
    const env = { ENCODE_TEXT_VOCABULARIES: paths.join('\n') };
    const dictionary = await writeDictionary(folder.file('dictionary'));
    await fuzz(target, corpus, ['-runs=200000', '-max_len=256', `-dict=${dictionary}`], env);
  });
});
