import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { llamaProject, projectSha256 } from '../../../src/toolchain/llama/project.js';
import { readLlamaRecord } from '../../../src/toolchain/llama/record.js';
import { pinnedLlamaSource } from '../../../src/toolchain/llama/source.js';
import { zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

/** It takes minutes: they are built when what they are built of has changed, or on demand. */
const IS_ASKED_FOR = process.env.ZOSIA_TEST_LLAMA === '1';

it.for(ARCHITECTURES)(
  'zosia build llama makes programs that answer as those of the packages do, for %s',
  { timeout: 3_600_000 },
  async (arch, context) => {
    const record = (await readLlamaRecord())[arch];
    const { commit } = await pinnedLlamaSource();
    const inputs = { commit, projectSha256: projectSha256(await llamaProject()) };
    const isRecorded = record?.commit === commit && record.projectSha256 === inputs.projectSha256;
    context.skip(
      !IS_ASKED_FOR && (record === undefined || isRecorded),
      'what is recorded is of the same source and project (ZOSIA_TEST_LLAMA=1 builds it anyway)',
    );
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, exitCode } = await zosia(args, { cwd: folder.path });
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    const build = ['build', 'llama', '--arch', arch, '--json'];
    const { made, built } = JSON.parse(await run(...build)) as { made: object; built: boolean };
    expect(built).toBe(true);
    // Another compiler makes other bytes.
    if (record && IS_ASKED_FOR) expect(made).toEqual(record);
    expect(JSON.parse(await run(...build))).toMatchObject({ made, built: false });

    const machine = ['--arch', arch, '--accel', 'tcg'];
    const prompt = ['--prompt', 'Once upon a time', '-n', '20', '--temp', '0'];
    const answer = await run('up', ...machine, '--llama', 'built', ...prompt);
    expect(answer).toBe(await run('up', ...machine, ...prompt));
    const places = join('artifacts', arch, 'llama');
    expect(await run('up', ...machine, '--llama', places, ...prompt)).toBe(answer);
  },
);
