import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { statePath } from '../../src/machine/snapshot/files.js';
import { SnapshotStore } from '../../src/machine/snapshot/store.js';
import { saveSample } from '../machine/snapshot/samples.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

describe('zosia snapshot', () => {
  const folder = temporaryFolder();
  let store: SnapshotStore;
  let number = 0;
  const run = (...args: string[]) =>
    zosia(['snapshot', ...args], { env: { ZOSIA_CACHE: join(store.folder, '..') } });
  beforeEach(() => {
    store = new SnapshotStore(folder.file(`cache${number++}`));
  });

  it('list says that there is none', async () => {
    const { stdout, stderr, exitCode } = await run('list');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toBe('no machine is kept: the first zosia up saves one\n');
    expect((await run('list', '--json')).stdout).toBe('[]\n');
  });

  it('list tells what they are, and which cannot be used', async () => {
    const good = await saveSample(store, { kernel: 'good' });
    const bad = await saveSample(store, { kernel: 'bad' });
    await truncate(join(store.folder, bad, 'snapshot.json'), 3);
    const lines = (await run('list')).stdout.split('\n');
    expect(lines[0]).toMatch(/^KEY +MODEL +ARCH +RAM +FOR +SIZE +USED$/);
    expect(lines[1]).toMatch(
      new RegExp(`^${good.slice(0, 12)}  tiny\\.gguf  aarch64  576 MiB  chat .* seconds? ago$`),
    );
    expect(lines[2]).toMatch(new RegExp(`^${bad.slice(0, 12)}  - .* cannot be used$`));
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject([
      { key: good, usable: true, model: 'tiny.gguf', arch: 'aarch64', ramMiB: 576, inUse: false },
      { key: bad, usable: false },
    ]);
  });

  it('rm removes those that are named, and none when one of them is not there', async () => {
    const [one, other] = [
      await saveSample(store, { kernel: 'a' }),
      await saveSample(store, { kernel: 'b' }),
    ];
    const refused = await run('rm', one, 'none');
    expect(refused.stderr).toBe(
      'error: there is no snapshot none\nhint:  zosia snapshot list tells their keys.\n',
    );
    expect(refused.exitCode).toBe(1);
    expect(await store.list()).toHaveLength(2);
    expect((await run('rm', one.slice(0, 8))).stderr).toMatch(/^removed 1 snapshot \(/);
    expect(await store.list()).toMatchObject([{ key: other }]);
    expect((await run('rm')).exitCode).toBe(2);
  });

  it('prune removes what is damaged, with --all the others, too', async () => {
    const [good, bad] = [
      await saveSample(store, { kernel: 'good' }),
      await saveSample(store, { kernel: 'bad' }),
    ];
    await truncate(statePath(join(store.folder, bad)), 1);
    expect(JSON.parse((await run('prune', '--json')).stdout)).toMatchObject([{ key: bad }]);
    expect(await store.list()).toMatchObject([{ key: good }]);
    expect((await run('prune')).stderr).toBe('removed 0 snapshots (0 B)\n');
    expect((await run('prune', '--all')).stderr).toMatch(/^removed 1 snapshot /);
    expect(await store.list()).toEqual([]);
  });
});
