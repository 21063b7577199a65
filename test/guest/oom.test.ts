import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

const RECORD =
  '3,612,2104331,-;Out of memory: Killed process 77 (llama-cli) total-vm:264288kB, anon-rss:204932kB, ' +
  'file-rss:1536kB, shmem-rss:68kB, UID:0 pgtables:464kB oom_score_adj:0\n';

describe("the kernel's message about a lack of memory", WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    const parts = [
      ...['kernel/file', 'kernel/kernel_log', 'process/oom_watch', 'kernel/queue'],
      ...['kernel/statistics', 'text/text'],
    ];
    program = await buildProgram(folder.path, 'parse_oom', parts);
  });

  const parse = async (record: string): Promise<string> =>
    (await execa(program, { input: record })).stdout;

  it('contains the memory of the killed program', async () => {
    expect(await parse(RECORD)).toBe('205000 1536');
  });

  it.each([
    '6,611,2104300,-;llama-cli invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER), order=0\n',
    RECORD.replace('Killed process', 'Would kill'),
    RECORD.replace('anon-rss:204932kB', 'anon-rss:kB'),
    RECORD.replace('file-rss:1536kB', 'file-rss:1536'),
    RECORD.slice(0, RECORD.indexOf('shmem')),
    RECORD.replace('68kB', '99999999999kB'),
    '',
  ])('is not found in %j', async (record) => {
    expect(await parse(record)).toBe('');
  });
});
