import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { NEWC_MAGIC } from '../../src/formats/cpio/layout.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  writeBlankDisk,
  writeDisk,
  writeOtherDisk,
  writePrivateDisk,
  writeTruncatedModelDisk,
} from './modes/disks.js';
import { RAM_MIB, boot, guestFiles } from './modes/guest.js';
import type { Guest } from './modes/guest.js';
import { buildImpostor, fileEntry } from './modes/impostor.js';
import type { Impostor } from './modes/impostor.js';
import {
  expectDiagnosis,
  expectMeasurement,
  expectSelftest,
  factsOf,
  partOf,
  perfResults,
} from './modes/report.js';

/** The timings of a program that takes 250 ms for 4 tokens. */
const TIMINGS = [
  'system_info: n_threads = 3 (n_threads_batch = 5) / 8 | CPU : NEON = 1 |',
  'common_perf_print:        load time =    1500.00 ms',
  'common_perf_print: prompt eval time =     300.00 ms /   100 tokens (    3.00 ms per token,   333.33 tokens per second)',
  'common_perf_print:        eval time =     250.00 ms /     4 runs   (   62.50 ms per token,    16.00 tokens per second)',
].map((line) => `${line}\n`);

/** A copy with a blot in the header of its last member. */
async function damagedCopy(path: string): Promise<string> {
  const bytes = await readFile(path);
  bytes.fill(0xff, bytes.lastIndexOf(NEWC_MAGIC), bytes.lastIndexOf('TRAILER!!!'));
  await writeFile(`${path}.damaged`, bytes);
  return `${path}.damaged`;
}

/** What init itself prints round a chat: bracketed paste mode on, and off. */
const OF_INIT = ['\x1b[?2004h', '\x1b[?2004l'];

describe('the boot modes', () => {
  const folder = temporaryFolder();
  let disk = '';
  beforeAll(async () => {
    disk = folder.file('model.img');
    expect((await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk])).exitCode).toBe(0);
  });

  describe.each(ARCHITECTURES)('on %s', (arch) => {
    let guest: Guest;
    let impostor: Impostor;
    beforeAll(async () => {
      [guest, impostor] = await Promise.all([guestFiles(arch, folder.path), buildImpostor(arch)]);
    });

    it('run all in one boot, in order, and ignore unknown and malformed flags', async () => {
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags:
          'zosia.ci=1 zosia.perf zosia.selftest=1 zosia.diag=1 zosia.perf.tokens=12 ' +
          'zosia.nonsense=1 zosia.time_limit=soon zosia.llama_threads= zosia.llama_threads=1 ' +
          '"zosia.llama_args=-tb,2,-b,32,-n,3"',
      });
      expect(lines.slice(0, 5)).toEqual([
        'zosia: init',
        'zosia: ignoring unknown boot flag zosia.nonsense=1',
        'zosia: ignoring malformed boot flag zosia.time_limit=soon',
        'zosia: ignoring malformed boot flag zosia.llama_threads=',
        'zosia: boot modes in this order: diag, selftest, perf, ci',
      ]);
      expect(lines.filter((line) => line.endsWith(' passed'))).toEqual([
        ...['zosia: diag passed', 'zosia: selftest passed', 'zosia: perf passed'],
        'zosia: ci passed',
      ]);
      expect(lines.slice(-5)).toEqual([
        ...['zosia: ci mode; powering off', 'zosia: ci passed', 'zosia: shutting down'],
        ...['zosia: exit status=0', ''],
      ]);
      expect(exitStatus).toBe(0);
      await expectDiagnosis(partOf(lines, 'diag'), { arch, disk, model: EMBEDDED_MODEL });
      expectSelftest(partOf(lines, 'selftest'));
      const counts = { tokens: 12, threads: 1, batchThreads: 2 };
      expectMeasurement(partOf(lines, 'perf'), counts);
    });

    it('run programs confined, filter their output, and give them a private disk', async () => {
      const hostile =
        '\x1b]52;c;aGk=\x07\x1b[6n\x1b]0;title\x1b\\\u009b5n\x1b[32mgreen\x1b[0m\n' +
        'zosia: exit status=9\nlast\n';
      const disk = folder.file(`private-${arch}.img`);
      await writePrivateDisk(disk, 4242);
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags: '',
        overlay: impostor.entries('tell', hostile),
        request: { args: [], sealed: true },
      });
      const shown = lines.join('\n');
      expect(shown).toContain('5n\x1b[32mgreen\x1b[0m\nzosia: exit status=9\nlast\n');
      const allowed = ['\x1b[32m', '\x1b[0m', ...OF_INIT];
      const rest = allowed.reduce((text, sequence) => text.replaceAll(sequence, ''), shown);
      expect(JSON.stringify(rest.match(/[^\n\t -~][^]{0,20}/g))).toBe('null');
      const status = Object.fromEntries(
        lines.filter((line) => line.includes(':')).map((line) => line.split(/:\s*/, 2)),
      ) as Record<string, string>;
      expect(status).toMatchObject({
        Uid: '1000\t1000\t1000\t1000',
        Gid: '1000\t1000\t1000\t1000',
        NoNewPrivs: '1',
        CapInh: '0000000000000000',
        CapPrm: '0000000000000000',
        CapEff: '0000000000000000',
        CapBnd: '0000000000000000',
        CapAmb: '0000000000000000',
        '/models/model.gguf': '0',
        '/dev/null': '0',
        '/tmp': '0',
        '/proc/1/mem': '-13',
        '/init': '-13',
        '/etc/zosia/request/args': '-13',
        '/proc/sys/kernel/printk': '-13',
      });
      expect(status.Groups?.trim()).toBe('');
      expect(status.devices?.trim().split(' ').sort()).toEqual([
        'full',
        'null',
        'random',
        'tty',
        'urandom',
        'zero',
      ]);
      expect(exitStatus).toBe(0);
    });

    it('report a program that was killed for lack of memory, with the figures', async () => {
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags: 'zosia.perf=1',
        overlay: impostor.entries('eat', 'one bite more\n'),
      });
      const words = lines
        .map((line) =>
          /^zosia: llama-completion was killed for lack of memory: it had (\d+) MiB, and \d+ MiB of mapped files, of the machine's (\d+) MiB$/.exec(
            line,
          ),
        )
        .find((found) => found !== null);
      const [hadMiB, machineMiB] = words!.slice(1).map(Number) as [number, number];
      expect(machineMiB).toBeLessThan(RAM_MIB);
      expect(machineMiB).toBeGreaterThan(RAM_MIB / 2);
      expect(hadMiB).toBeLessThan(machineMiB);
      expect(hadMiB).toBeGreaterThan(machineMiB / 4);
      expect(lines).toEqual(
        expect.arrayContaining(['one bite more', 'zosia: perf failed with status 137']),
      );
      expect(exitStatus).toBe(137);
    });
  });

  describe('with an error', () => {
    let guest: Guest;
    let impostor: Impostor;
    beforeAll(async () => {
      guest = await guestFiles('aarch64', folder.path);
      impostor = await buildImpostor('aarch64');
    });

    it('stop at the first mode that fails, and name the signal of a crash', async () => {
      const { lines, exitStatus } = await boot(guest, {
        flags: 'zosia.selftest=1 zosia.ci=1',
        overlay: impostor.entries('crash', 'last words\n'),
      });
      expect(lines).toEqual([
        'zosia: init',
        'zosia: boot modes in this order: selftest, ci',
        'zosia: selftest',
        'zosia: llama_bin=llama-cli',
        'last words',
        'zosia: llama-cli was killed by signal 11 (SIGSEGV)',
        'zosia: selftest failed with status 139',
        'zosia: shutting down',
        'zosia: exit status=139',
        '',
      ]);
      expect(exitStatus).toBe(139);
    });

    it.each([
      ['perf', 'llama-completion', 'zosia.perf=1'],
      ['a chat', 'llama-cli', ''],
    ])('stop %s at its time limit', async (_, program, flags) => {
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags: `${flags} zosia.time_limit=3`,
        overlay: impostor.entries('hang', 'so far so good\n'),
      });
      expect(lines).toContain(`zosia: ${program} did not end within 3 s; stopped`);
      expect(lines.join('\n')).toContain('so far so good');
      expect(exitStatus).toBe(124);
    });

    it('selftest fails for a program that prints nothing', async () => {
      const { lines, exitStatus } = await boot(guest, {
        flags: 'zosia.selftest=1',
        overlay: impostor.entries('end'),
      });
      expect(lines).toContain('zosia: /usr/bin/llama-cli --help printed 0 bytes');
      expect(exitStatus).toBe(65);
    });

    it('perf takes its figures only from the timings', async () => {
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags: 'zosia.perf=1 zosia.perf.tokens=4',
        overlay: impostor.entries('end', TIMINGS.join('')),
      });
      expect(perfResults(lines)).toEqual([
        'zosia: perf tokens=4 seconds=0.25000 tok_per_s=16.000 load_s=1.50000 prompt_tok_per_s=333.333 threads=3 batch_threads=5',
      ]);
      expect(exitStatus).toBe(0);
    });

    it.each([
      [
        'half a line of timings',
        TIMINGS.join('').slice(0, -60),
        'zosia: no perf result: llama-completion did not say its "eval time", or only half',
      ],
      [
        'fewer tokens than asked for',
        TIMINGS.join('').replace('4 runs', '3 runs'),
        'zosia: no perf result: llama-completion evaluated 3 tokens instead of 4',
      ],
    ])('perf has no result for %s', async (_, says, complaint) => {
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags: 'zosia.perf=1 zosia.perf.tokens=4',
        overlay: impostor.entries('end', says),
      });
      expect(lines).toContain(complaint);
      expect(perfResults(lines)).toEqual([]);
      expect(exitStatus).toBe(65);
    });

    it('diag reports that no disk has a file system of the right kind', async () => {
      const blank = folder.file('blank.img');
      await writeBlankDisk(blank);
      const { lines, exitStatus } = await boot(guest, { flags: 'zosia.diag=1', disk: blank });
      expect(lines).toContain('zosia: no virtio model disk found (/dev/vda..)');
      expect(factsOf(lines)).toMatchObject({
        model_dev: 'none',
        llama_bin: 'llama-cli',
        model_path: 'none',
        virtio_disks: 'vda',
        disk_label: '',
        disk_bytes: '0',
      });
      expect(lines).toContain('zosia: diag failed with status 1');
      expect(exitStatus).toBe(1);
    });

    it('find the model on a second disk of 3 TiB, and run it as the request says', async () => {
      const other = folder.file('other.img');
      const large = folder.file('large.img');
      await writeOtherDisk(other);
      await copyFile(disk, large);
      await truncate(large, 3 * 2 ** 40);
      const { lines, exitStatus } = await boot(guest, {
        disk: other,
        secondDisk: large,
        flags: 'zosia.diag=1 zosia.perf=1 zosia.perf.tokens=2',
        request: { args: ['--threads', '2'], serve: true },
      });
      const facts = factsOf(lines);
      expect(facts).toMatchObject({
        model_dev: '/dev/vdb',
        model_path: '/models/model.gguf',
        disk_label: 'ZOSIA_MODEL',
        disk_bytes: String(3 * 2 ** 40),
      });
      expect(facts.virtio_disks?.split(',').sort()).toEqual(['vda', 'vdb']);
      expect(perfResults(lines)).toEqual([
        expect.stringMatching(/ tokens=2 .* threads=2 batch_threads=2$/),
      ]);
      expect(exitStatus).toBe(0);
    });

    it('perf reports that the disk has no model', async () => {
      const empty = folder.file('empty.img');
      await writeDisk(empty, { 'README.txt': Buffer.from('no model here') });
      const { lines, exitStatus } = await boot(guest, { flags: 'zosia.perf=1', disk: empty });
      expect(lines.slice(2, 5)).toEqual([
        'zosia: llama_bin=llama-completion',
        'zosia: model_path=none',
        'zosia: perf requires model + llama binary',
      ]);
      expect(exitStatus).toBe(1);
    });

    it('perf reports the error of llama.cpp for a truncated model, and diag describes the file', async () => {
      const truncated = folder.file('truncated.img');
      await writeTruncatedModelDisk(truncated, EMBEDDED_MODEL);
      const { lines, exitStatus } = await boot(guest, {
        flags: 'zosia.diag=1 zosia.perf=1',
        disk: truncated,
      });
      expect(factsOf(lines)).toMatchObject({ model_format: 'GGUF 3' });
      expect(lines.join('\n')).toContain('data is not within the file bounds');
      expect(lines).toContain('zosia: llama-completion failed with status 1');
      expect(perfResults(lines)).toEqual([]);
      expect(exitStatus).toBe(1);
    });

    it('ci fails and says why when the initramfs is damaged', async () => {
      const { lines, exitStatus } = await boot(
        { ...guest, initrd: await damagedCopy(guest.initrd) },
        { flags: 'zosia.ci=1' },
      );
      expect(lines.join('\n')).toMatch(
        /zosia: the kernel could not unpack all of the initramfs \(.+\)/,
      );
      expect(exitStatus).toBe(1);
    });

    it('ci fails when the machine does not boot as it should', async () => {
      const withModules = await guestFiles('aarch64', folder.file('debian'), 'debian');
      const { lines, exitStatus } = await boot(withModules, {
        flags: 'zosia.ci=1',
        overlay: [fileEntry('/etc/zosia/modules', '/etc/zosia/modules\n')],
      });
      expect(lines).toContain('zosia: cannot load module /etc/zosia/modules (errno 8)');
      expect(lines).toContain('zosia: ci failed with status 1');
      expect(exitStatus).toBe(1);
    });
  });
});
