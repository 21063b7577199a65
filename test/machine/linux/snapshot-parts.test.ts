import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionChanges, snapshotParts } from '../../../src/machine/linux/snapshot-parts.js';
import type { RunRequest } from '../../../src/machine/linux/request.js';
import type { LinuxMachineSpec } from '../../../src/machine/linux/spec.js';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { changedParts } from '../../../src/machine/snapshot/record.js';
import { PLAIN_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../../support/temporary.js';

const REQUEST: RunRequest = { args: ['--temp', '0.8'], wake: true };

describe('what a machine is made of', () => {
  const folder = temporaryFolder();
  let spec: LinuxMachineSpec;
  beforeAll(async () => {
    for (const name of ['qemu', 'kernel', 'initrd']) await writeFile(folder.file(name), name);
    spec = {
      ...PLAIN_SPEC,
      qemu: folder.file('qemu'),
      kernel: folder.file('kernel'),
      initrd: folder.file('initrd'),
    };
  });

  const partsOf = (
    other: Partial<LinuxMachineSpec>,
    request: Partial<RunRequest>,
    version = '7.2',
  ) =>
    snapshotParts(
      { ...spec, ...other },
      { ...REQUEST, ...request },
      { qemuVersion: version, cache: new HostFactsCache(folder.file('cache')) },
    );

  it.each<[string, Partial<LinuxMachineSpec>, Partial<RunRequest>, string]>([
    ['as it was', {}, {}, ''],
    ['RAM', { ramMiB: 1024 }, {}, 'RAM (640 MiB, now 1024 MiB)'],
    ['processors', { cpus: 4 }, {}, 'processors (2, now 4)'],
    ['the kernel command line', { append: 'quiet' }, {}, 'machine'],
    ['options', {}, { args: ['-n', '1'] }, 'settings (--temp 0.8, now -n 1)'],
    ['a template', {}, { chatTemplate: 'x' }, 'chat template and reasoning'],
    ['a terminal', {}, { terminal: { rows: 9, columns: 9, term: 'dumb' } }, ''],
  ])('says for people what has changed: %s', async (_, other, request, changes) => {
    const [before, now] = await Promise.all([partsOf({}, {}), partsOf(other, request)]);
    expect(sessionChanges(before, now).join(', ')).toBe(changes);
  });

  it('has the versions of QEMU', async () => {
    const [before, now] = await Promise.all([partsOf({}, {}), partsOf({}, {}, '11.0')]);
    expect(sessionChanges(before, now)).toEqual(['QEMU (7.2, now 11.0)']);
  });

  it('takes another type of terminal for another machine, and another size for the same', async () => {
    const of = (term: string, rows: number) =>
      partsOf({}, { terminal: { rows, columns: 9, term } });
    expect(changedParts(await of('dumb', 9), await of('dumb', 10))).toEqual([]);
    expect(changedParts(await of('dumb', 9), await of('xterm', 9))).toEqual(['terminal']);
  });

  it('says that something has changed that a record does not tell', async () => {
    const now = await partsOf({}, {});
    const before = { ...now, settings: 'a digest' };
    expect(sessionChanges(before, now)).toEqual(['settings']);
    expect(sessionChanges({}, { RAM: '512 MiB' })).toEqual(['RAM (none, now 512 MiB)']);
  });
});
