import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { putMeasurements } from '../docs/reader.js';
import { zosia } from '../support/cli.js';
import { COMMANDS, wholeProgram, withOption } from '../support/commands.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { hasProgram } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

describe('options that contradict each other', () => {
  const folder = temporaryFolder();

  it.each([
    ['fetch --offline --update'],
    ['fetch --frozen --update'],
    ['fetch --frozen --update-lock'],
    ['fetch --update --dry-run --json'],
    ['fetch --dry-run'],
    ['fetch --without-apt'],
    ['build guest --prebuilt --arch aarch64'],
    ['build guest --prebuilt --out x'],
    ['build kernel --prebuilt --arch aarch64'],
    ['build kernel --prebuilt --out x'],
    ['build kernel --prebuilt --config x'],
    ['build kernel --prebuilt --source x'],
    ['build kernel --source x'],
    ['build guest --builder host --base-image debian'],
    ['build kernel --builder host --docker-network host'],
    ['build llama --record --arch aarch64'],
    ['build llama --record --out x'],
    ['build llama --commit 0123456789abcdef0123456789abcdef01234567'],
    ['build llama --source x'],
    ['doctor --yes'],
    ['run --ci --prompt x'],
    ['run --ci --diag'],
    ['run --diag --json --dry-run'],
    ['run --json'],
    ['run --ci --json'],
    ['run --timeout 5'],
    ['run --profiles x'],
    ['run efi --timeout 5'],
    ['up --profiles x'],
    ['up --timeout 5'],
    ['up --machine efi --frozen'],
    ['model prune --dry-run --json'],
    ['up --tokenizer x'],
    ['up --model-as file'],
    ['up --machine efi x.bin --ctx 5'],
    ['up --machine efi --json-schema {}'],
    ['image efi --hello --model-as file'],
    ['image efi --hello --top-k 3'],
    ['image efi --hello --prompt x'],
    ['image efi --hello --tokenizer x'],
    ['image model x --size 9M --extra-mib 3'],
    ['perf run --matrix x --threads 2'],
    ['perf run --profiles x'],
    ['perf run --base x'],
    ['perf tune --llama built'],
    ['perf run --json --dry-run'],
    ['perf tune --profiles x'],
    ['perf tune --json --dry-run'],
  ])('are rejected as wrong usage: %s', async (line) => {
    const { stdout, stderr, exitCode } = await zosia(line.split(' '), { cwd: folder.path });
    expect(stderr).toMatch(/^error: /m);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  });

  it('are rejected by every command that has both --json and --dry-run', () => {
    for (const words of withOption('--dry-run').filter((each) =>
      withOption('--json').includes(each),
    )) {
      const json = COMMANDS.get(words)!.options.find(({ long }) => long === '--json')!;
      expect(Reflect.get(json, 'conflictsWith'), words).toContain('dryRun');
    }
  });
});

describe('an empty name', () => {
  /** What takes away the text that a disk has. */
  const MAY_BE_EMPTY = 'run efi --system';

  it('is rejected as wrong usage by every option that takes a name', async () => {
    let count = 0;
    for (const [words, { options }] of COMMANDS) {
      for (const { long, flags, required, mandatory } of options) {
        if (!required || mandatory || /<(?:text|args|lists?)>/.test(flags)) continue;
        if (`${words} ${long}` === MAY_BE_EMPTY) continue;
        const program = await wholeProgram();
        const quiet = (command: Command): void => {
          command.configureOutput({ writeErr: () => undefined });
          command.commands.forEach(quiet);
        };
        quiet(program);
        const args = [...words.split(' '), 'x', long!, ''];
        await expect(program.parseAsync(args, { from: 'user' }), args.join(' ')).rejects.toThrow(
          /It is empty/,
        );
        count++;
      }
    }
    expect(count).toBeGreaterThan(50);
  });
});

describe('--json', () => {
  const folder = temporaryFolder();
  const MACHINES_OF_THEIR_OWN = ['run linux', 'up', 'perf run', 'perf tune', 'serve', 'worker run'];
  /** It makes a key among the user's settings: test/cli/worker.test.ts has it, with others. */
  const SETTINGS_OF_ITS_OWN = ['worker key'];
  /** A command line for each command; in their order, since some look at what others have written. */
  const LINES: Readonly<Record<string, string>> = {
    fetch: 'fetch kernel --offline',
    plan: 'plan MODEL --workers a=1GiB',
    'build guest': hasProgram('clang') ? 'build guest --builder host --out guest' : '',
    // Takes minutes: test/toolchain/kernel builds what takes none.
    'build kernel': '',
    'build llama': '',
    'image initramfs': 'image initramfs --offline',
    'image model': `image model MODEL --format vmdk --out model.vmdk`,
    'image efi': 'image efi --out efi.img',
    inspect: 'inspect efi.img',
    ls: 'ls -lR model.vmdk',
    extract: 'extract efi.img /llama2.cfg --out there',
    verify: 'verify model.vmdk',
    'snapshot list': 'snapshot list',
    'session list': 'session list',
    // These have tests of their own, with a cache of their own.
    'snapshot prune': '',
    'session show': '',
    'model info': 'model info MODEL',
    'model suggest': 'model suggest --models-dir store',
    // Asks a network: test/models/pull.test.ts has it, with servers.
    'model pull': '',
    'model add': 'model add MODEL --name mine --models-dir store',
    'model list': 'model list --models-dir store',
    'model show': 'model show mine --models-dir store',
    'model path': 'model path mine --models-dir store',
    'model verify': 'model verify mine --models-dir store',
    'model rm': 'model rm mine --models-dir store',
    'model prune': 'model prune --models-dir store',
    'perf report': 'perf report perf.csv',
    doctor: `doctor --arch ${hostArchitecture()}`,
  };
  beforeAll(() => putMeasurements(folder.path));

  it('is tested by this file for every command that has it', () => {
    expect(
      [...Object.keys(LINES), ...MACHINES_OF_THEIR_OWN, ...SETTINGS_OF_ITS_OWN].sort(),
    ).toEqual(withOption('--json').sort());
  });

  it.each(Object.entries(LINES).filter(([, line]) => line !== ''))(
    'prints JSON: %s',
    async (_, line) => {
      const args = line.split(' ').map((word) => (word === 'MODEL' ? EMBEDDED_MODEL : word));
      const { stdout, stderr, exitCode } = await zosia([...args, '--json'], { cwd: folder.path });
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toBeInstanceOf(Object);
    },
  );
});
