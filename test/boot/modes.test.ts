import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { convertStoryModel } from '../support/story-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { describeWithWeights } from '../support/weights.js';
import {
  writeBlankDisk,
  writeDisk,
  writeOtherDisk,
  writePrivateDisk,
  writeTruncatedModelDisk,
} from './modes/disks.js';
import { CPUS, RAM_MIB, boot, guestFiles } from './modes/guest.js';
import type { Guest } from './modes/guest.js';
import { buildImpostor, fileEntry } from './modes/impostor.js';
import type { Impostor } from './modes/impostor.js';

const PERF_LINE =
  /^zosia: perf tokens=(\d+) seconds=(\d+\.\d{5}) tok_per_s=(\d+\.\d{3}) load_s=(\d+\.\d{5}) prompt_tok_per_s=(\d+\.\d{3}) threads=(\d+) batch_threads=(\d+)$/;

/** The timings of a program that takes 250 ms for 4 tokens. */
const TIMINGS = [
  'system_info: n_threads = 3 (n_threads_batch = 5) / 8 | CPU : NEON = 1 |',
  'common_perf_print:        load time =    1500.00 ms',
  'common_perf_print: prompt eval time =     300.00 ms /   100 tokens (    3.00 ms per token,   333.33 tokens per second)',
  'common_perf_print:        eval time =     250.00 ms /     4 runs   (   62.50 ms per token,    16.00 tokens per second)',
].map((line) => `${line}\n`);

/** The lines "zosia: NAME=VALUE". */
function factsOf(lines: readonly string[]): Record<string, string> {
  const facts = lines.flatMap((line) => {
    const found = /^zosia: ([a-z_]+)=(.*)$/.exec(line);
    return found ? [[found[1]!, found[2]!] as const] : [];
  });
  return Object.fromEntries(facts);
}

const perfResults = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('zosia: perf tokens='));

/** A number in the one line that matches. */
function figure(lines: readonly string[], pattern: RegExp): number {
  const found = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  expect(found).toHaveLength(1);
  return Number(found[0]);
}

/** A copy with a blot in its last kilobytes. */
async function damagedCopy(path: string): Promise<string> {
  const bytes = await readFile(path);
  bytes.fill(0xff, bytes.length - 4096, bytes.length - 2048);
  await writeFile(`${path}.damaged`, bytes);
  return `${path}.damaged`;
}

/** What init itself prints round a chat: bracketed paste mode on, and off. */
const OF_INIT = ['\x1b[?2004h', '\x1b[?2004l'];

describeWithWeights('the boot modes', () => {
  const folder = temporaryFolder();
  let model = '';
  let disk = '';
  beforeAll(async () => {
    model = await convertStoryModel(folder.path);
    disk = folder.file('model.img');
    expect((await zosia(['image', 'model', model, '--out', disk])).exitCode).toBe(0);
  });

  describe.each(ARCHITECTURES)('on %s', (arch) => {
    let guest: Guest;
    let impostor: Impostor;
    beforeAll(async () => {
      [guest, impostor] = await Promise.all([guestFiles(arch, folder.path), buildImpostor(arch)]);
    });

    it('ci: boots and powers off, whatever else the flags hold', async () => {
      const flags = 'zosia.ci=1 zosia.nonsense=1 zosia.perf.tokens=many zosia.llama_threads=';
      const { lines, exitStatus } = await boot(guest, { flags });
      expect(lines).toEqual([
        'zosia: init',
        'zosia: ignoring unknown boot flag zosia.nonsense=1',
        'zosia: ignoring malformed boot flag zosia.perf.tokens=many',
        'zosia: ignoring malformed boot flag zosia.llama_threads=',
        'zosia: ci mode; powering off',
        'zosia: ci passed',
        'zosia: shutting down',
        'zosia: exit status=0',
        '',
      ]);
      expect(exitStatus).toBe(0);
    });

    it('diag: says what there is', async () => {
      const { lines, exitStatus } = await boot(guest, { flags: 'zosia.diag=1', disk });
      expect(lines.slice(0, 5)).toEqual([
        'zosia: init',
        'zosia: diag',
        'zosia: model_dev=/dev/vda',
        'zosia: llama_bin=llama-cli',
        'zosia: model_path=/models/model.gguf',
      ]);
      const facts = factsOf(lines);
      expect(facts).toMatchObject({
        kernel: expect.stringMatching(/^6\.1\.\d+-.*(?:arm|amd)64$/) as string,
        cpus: String(CPUS),
        cpu_features: expect.stringMatching(
          arch === 'aarch64' ? /^fp asimd / : /^fpu .* lm /,
        ) as string,
        virtio_disks: 'vda',
        disk_label: 'ZOSIA_MODEL',
        disk_bytes: String((await stat(disk)).size),
        model_bytes: String((await stat(model)).size),
        model_format: 'GGUF 3',
      });
      const memoryMiB = Number(facts.memory_mib);
      expect(memoryMiB).toBeLessThan(RAM_MIB);
      expect(memoryMiB).toBeGreaterThan(RAM_MIB / 2);
      expect(Number(facts.memory_available_mib)).toBeLessThan(memoryMiB);
      expect(Number(facts.memory_available_mib)).toBeGreaterThan(0);
      expect(lines).toContain('zosia: diag passed');
      expect(exitStatus).toBe(0);
    });

    it('selftest: runs both programs', async () => {
      const { lines, exitStatus } = await boot(guest, { flags: 'zosia.selftest=1' });
      expect(lines.slice(1, 3)).toEqual(['zosia: selftest', 'zosia: llama_bin=llama-cli']);
      for (const program of ['llama-cli', 'llama-completion']) {
        const pattern = new RegExp(`^zosia: /usr/bin/${program} --help printed (\\d+) bytes$`);
        expect(figure(lines, pattern)).toBeGreaterThan(10_000);
      }
      expect(lines).toContain('zosia: selftest passed');
      expect(exitStatus).toBe(0);
    });

    it("perf: measures what llama.cpp's own timings say", async () => {
      const { lines, exitStatus } = await boot(guest, {
        disk,
        flags:
          'zosia.perf=1 zosia.perf.tokens=12 zosia.llama_threads=1 "zosia.llama_args=-tb,2,-b,32,-n,3"',
      });
      expect(lines).toEqual(expect.arrayContaining(['zosia: perf', 'zosia: perf passed']));
      const [result, ...others] = perfResults(lines);
      expect(others).toEqual([]);
      const [tokens, seconds, rate, load, promptRate, threads, batchThreads] = PERF_LINE.exec(
        result!,
      )!
        .slice(1)
        .map(Number) as [number, number, number, number, number, number, number];
      expect({ tokens, threads, batchThreads }).toEqual({
        tokens: 12,
        threads: 1,
        batchThreads: 2,
      });
      // As close as their decimals tell: the faster the machine, the fewer of the seconds count.
      const roundingSeconds = 0.5e-5 + (tokens / rate) * (0.5e-3 / rate);
      expect(Math.abs(tokens / rate - seconds)).toBeLessThanOrEqual(1.01 * roundingSeconds);
      // Within 3 per cent: they are the same but for rounding.
      const runs = figure(lines, / eval time = .*?\/\s*(\d+) runs/);
      const milliseconds = figure(lines, /: +eval time = +([\d.]+) ms/);
      expect(runs).toBe(12);
      expect(rate / (runs / (milliseconds / 1000))).toBeCloseTo(1, 2);
      expect(rate / figure(lines, /\d runs .*?([\d.]+) tokens per second/)).toBeCloseTo(1, 2);
      expect(promptRate / figure(lines, /tokens \(.*?([\d.]+) tokens per second/)).toBeCloseTo(
        1,
        2,
      );
      expect(load).toBeCloseTo(figure(lines, /load time = +([\d.]+) ms/) / 1000, 5);
      expect(exitStatus).toBe(0);
    });

    it('runs programs confined, filters what they print, and lends them a private disk', async () => {
      const hostile =
        '\x1b]52;c;aGk=\x07\x1b[6n\x1b]0;title\x1b\\\u009b5n\x1b[32mgreen\x1b[0m\n' +
        'zosia: exit status=9\nlast\n';
      const disk = folder.file(`private-${arch}.img`);
      await writePrivateDisk(disk, 4242);
      const { lines, exitStatus } = await boot(guest, {
        ...{ disk, flags: '', overlay: impostor.entries('tell', hostile) },
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
        ...{ Uid: '1000\t1000\t1000\t1000', Gid: '1000\t1000\t1000\t1000', NoNewPrivs: '1' },
        ...{ CapInh: '0000000000000000', CapPrm: '0000000000000000', CapEff: '0000000000000000' },
        ...{ CapBnd: '0000000000000000', CapAmb: '0000000000000000' },
        ...{ '/models/model.gguf': '0', '/dev/null': '0', '/tmp': '0' },
        ...{ '/proc/1/mem': '-13', '/init': '-13', '/etc/zosia/request/args': '-13' },
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

    it('tells a program that was killed for lack of memory, with the figures', async () => {
      const { lines, exitStatus } = await boot(guest, {
        ...{ disk, flags: 'zosia.perf=1' },
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

  describe('when something is wrong', () => {
    let guest: Guest;
    let impostor: Impostor;
    beforeAll(async () => {
      guest = await guestFiles('aarch64', folder.path);
      impostor = await buildImpostor('aarch64');
    });

    it('runs several modes in one order, the flags under the arguments of the request', async () => {
      const { lines, exitStatus } = await boot(guest, {
        ...{ disk, flags: 'zosia.ci=1 zosia.perf zosia.perf.tokens=2 zosia.diag=1' },
        request: { args: ['--threads', '2'], prompt: 'never answered' },
        overlay: [],
      });
      expect(lines[1]).toBe('zosia: boot modes in this order: diag, perf, ci');
      const passed = lines.filter((line) => line.endsWith(' passed'));
      expect(passed).toEqual(['zosia: diag passed', 'zosia: perf passed', 'zosia: ci passed']);
      expect(perfResults(lines)).toEqual([
        expect.stringMatching(/ tokens=2 .* threads=2 batch_threads=2$/),
      ]);
      expect(exitStatus).toBe(0);
    });

    it('ends with the first mode that fails, and names the signal of a crash', async () => {
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
      ['perf', 'llama-completion', 'zosia.perf=1', undefined],
      ['a chat', 'llama-cli', '', undefined],
      ['a one-shot', 'llama-completion', '', 'Hello'],
    ])('stops %s at its time limit', async (_, program, flags, prompt) => {
      const { lines, exitStatus } = await boot(guest, {
        ...{ disk, flags: `${flags} zosia.time_limit=3` },
        overlay: impostor.entries('hang', 'so far so good\n'),
        ...(prompt === undefined ? {} : { request: { args: [], prompt } }),
      });
      expect(lines).toContain(`zosia: ${program} did not end within 3 s; stopped`);
      expect(lines.join('\n')).toContain('so far so good');
      expect(exitStatus).toBe(124);
    });

    it('selftest fails a program that prints nothing', async () => {
      const { lines, exitStatus } = await boot(guest, {
        flags: 'zosia.selftest=1',
        overlay: impostor.entries('end'),
      });
      expect(lines).toContain('zosia: /usr/bin/llama-cli --help printed 0 bytes');
      expect(exitStatus).toBe(65);
    });

    it('perf takes its figures from the timings alone', async () => {
      const { lines, exitStatus } = await boot(guest, {
        ...{ disk, flags: 'zosia.perf=1 zosia.perf.tokens=4' },
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
        ...{ disk, flags: 'zosia.perf=1 zosia.perf.tokens=4' },
        overlay: impostor.entries('end', says),
      });
      expect(lines).toContain(complaint);
      expect(perfResults(lines)).toEqual([]);
      expect(exitStatus).toBe(65);
    });

    it('diag tells that no disk has a file system of the right kind', async () => {
      const blank = folder.file('blank.img');
      await writeBlankDisk(blank);
      const { lines, exitStatus } = await boot(guest, { flags: 'zosia.diag=1', disk: blank });
      expect(lines).toContain('zosia: no virtio model disk found (/dev/vda..)');
      expect(factsOf(lines)).toMatchObject({
        ...{ model_dev: 'none', llama_bin: 'llama-cli', model_path: 'none' },
        ...{ virtio_disks: 'vda', disk_label: '', disk_bytes: '0' },
      });
      expect(lines).toContain('zosia: diag failed with status 1');
      expect(exitStatus).toBe(1);
    });

    it('finds its model on the second disk, of 3 TiB', async () => {
      const other = folder.file('other.img');
      const large = folder.file('large.img');
      await writeOtherDisk(other);
      await copyFile(disk, large);
      await truncate(large, 3 * 2 ** 40);
      const { lines, exitStatus } = await boot(guest, {
        ...{ flags: 'zosia.diag=1', disk: other, secondDisk: large },
      });
      const facts = factsOf(lines);
      expect(facts).toMatchObject({
        ...{ model_dev: '/dev/vdb', model_path: '/models/model.gguf' },
        ...{ disk_label: 'ZOSIA_MODEL', disk_bytes: String(3 * 2 ** 40) },
      });
      expect(facts.virtio_disks?.split(',').sort()).toEqual(['vda', 'vdb']);
      expect(exitStatus).toBe(0);
    });

    it('perf tells that the disk has no model', async () => {
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

    it('perf passes on what llama.cpp says of a model that ends early, and diag what it is', async () => {
      const truncated = folder.file('truncated.img');
      await writeTruncatedModelDisk(truncated, model);
      const { lines, exitStatus } = await boot(guest, {
        ...{ flags: 'zosia.diag=1 zosia.perf=1', disk: truncated },
      });
      expect(factsOf(lines)).toMatchObject({ model_format: 'GGUF 3' });
      expect(lines.join('\n')).toContain('data is not within the file bounds');
      expect(lines).toContain('zosia: llama-completion failed with status 1');
      expect(perfResults(lines)).toEqual([]);
      expect(exitStatus).toBe(1);
    });

    it('ci fails a machine whose initramfs is damaged, and says so', async () => {
      const { lines, exitStatus } = await boot(
        { ...guest, initrd: await damagedCopy(guest.initrd) },
        { flags: 'zosia.ci=1' },
      );
      expect(lines.join('\n')).toMatch(
        /zosia: the kernel could not unpack all of the initramfs \(.+\)/,
      );
      expect(exitStatus).toBe(1);
    });

    it('ci fails a machine that does not boot as it should', async () => {
      const { lines, exitStatus } = await boot(guest, {
        flags: 'zosia.ci=1',
        overlay: [fileEntry('/etc/zosia/modules', '/etc/zosia/modules\n')],
      });
      expect(lines).toContain('zosia: cannot load module /etc/zosia/modules (errno 8)');
      expect(lines).toContain('zosia: ci failed with status 1');
      expect(exitStatus).toBe(1);
    });
  });
});
