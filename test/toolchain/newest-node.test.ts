import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

/** The newest version that zosia is for; the tests run on the one that is installed. */
const NEWEST = '24';
const QUESTION = ['up', '--prompt', 'What is zosia?', '--temp', '0'];
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

describe(`Node.js ${NEWEST}`, () => {
  const folder = temporaryFolder();
  // Programs that tests write begin with the name of Node.js, where no space may be.
  let installed: string;
  let node: string;
  beforeAll(async () => {
    installed = await mkdtemp(join(tmpdir(), 'zosia-node-'));
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts=false'];
    await execa('npm', ['install', '--prefix', installed, ...flags, `node@${NEWEST}`]);
    node = join(installed, 'node_modules/node/bin/node');
    expect((await execa(node, ['--version'])).stdout).toMatch(new RegExp(`^v${NEWEST}\\.`));
  });

  afterAll(async () => {
    await rm(installed, { recursive: true, force: true });
  });

  it('boots a machine that answers, saves it, and wakes it', async () => {
    const options = { cwd: folder.path, env: { XDG_CACHE_HOME: folder.file('cache') } };
    for (const start of ['booted', 'woken']) {
      const { stdout } = await execa(node, [CLI, ...QUESTION], options);
      expect(stdout, start).toContain('boots straight into the model');
    }
    const { stdout } = await execa(node, [CLI, 'snapshot', 'list', '--json'], options);
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  it('passes the tests of what talks to a host and to a server', async () => {
    const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs');
    const tests = ['test/machine/llama-server', 'test/machine/qemu', 'test/host'];
    const run = ['run', '--project', 'unit and oracle', ...tests];
    await execa(node, [vitest, ...run], { cwd: PROJECT });
  });
});
