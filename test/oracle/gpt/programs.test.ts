import { open, truncate, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readPartitionTable } from '../../../src/formats/gpt/reader.js';
import type { PartitionTable } from '../../../src/formats/gpt/reader.js';
import { accessFile } from '../../../src/host/access-file.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWhere, describeWith, run } from '../fat/programs.js';

const MIB = 2 ** 20;

interface Place {
  readonly number: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

async function tableOf(disk: string): Promise<PartitionTable | undefined> {
  const source = await accessFile(disk);
  try {
    return await readPartitionTable(source);
  } finally {
    await source.close();
  }
}

const placesOf = (table: PartitionTable | undefined): Place[] =>
  (table?.partitions ?? [])
    .map(({ number, offset, sizeBytes }) => ({ number, offset, sizeBytes }))
    .sort((a, b) => a.number - b.number);

async function makeDisk(path: string, sizeBytes: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, sizeBytes);
}

function must(program: string, args: readonly string[], input?: string): string {
  const { status, output } = run(program, args, input);
  expect(status, `${program} ${args.join(' ')}: ${output}`).toBe(0);
  return output;
}

/** The partitions in what `sfdisk --dump` prints, whose numbers end the names. */
function dumped(disk: string): Place[] {
  const text = must('sfdisk', ['--dump', disk]);
  const lines = text.matchAll(/(\d+) : start= *(\d+), size= *(\d+)/g);
  return [...lines].map(([, number, start, size]) => ({
    number: Number(number),
    offset: Number(start) * 512,
    sizeBytes: Number(size) * 512,
  }));
}

/** Scripts of sfdisk, on disks of 64 MiB. */
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  'four primary': ['label: dos', ',4M,c', ',8M,83', ',4M,82,*', ',,83'],
  'gaps between the numbers': [
    'label: dos',
    '2 : start=4096, size=8192, type=83',
    '4 : start=40960, size=8192, type=c',
  ],
  'not in order': [
    'label: dos',
    'start=65536, size=8192, type=83',
    'start=2048, size=8192, type=c',
  ],
  'three logical': ['label: dos', ',8M,83', ',,5', ',4M,83', ',4M,c', ',4M,82'],
  'logical in an extended one with LBA': ['label: dos', ',,f', ',4M,83', ',,83'],
  'an extended one of Linux': ['label: dos', ',8M,83', ',,85', ',4M,83'],
  'an extended one without a logical one': ['label: dos', ',8M,83', ',,5'],
  'twenty logical': ['label: dos', ',,5', ...Array<string>(20).fill(',2M,83')],
  GPT: ['label: gpt', ',4M,U', ',8M,L', ',,L'],
  'GPT, numbers with gaps': [
    'label: gpt',
    '3 : size=4M, type=L, name="third"',
    '90 : size=4M, type=U',
  ],
  'GPT of 1000 entries': ['label: gpt', 'table-length: 1000', ',4M,U', '777 : size=4M'],
  'GPT that begins late': ['label: gpt', 'first-lba: 4096', ',4M,U', ',,L'],
  'GPT without a partition': ['label: gpt'],
};

describeWhere(['sfdisk'], 'partition tables of sfdisk', () => {
  const folder = temporaryFolder();

  it.each(Object.keys(SCRIPTS))('are read as by sfdisk, without problems: %s', async (name) => {
    const disk = folder.file('disk.img');
    await makeDisk(disk, 64 * MIB);
    must('sfdisk', ['--quiet', disk], `${SCRIPTS[name]!.join('\n')}\n`);
    const table = await tableOf(disk);
    expect(table?.problems).toEqual([]);
    expect(table?.warnings).toEqual([]);
    expect(table?.scheme).toBe(name.startsWith('GPT') ? 'gpt' : 'mbr');
    expect(placesOf(table)).toEqual(dumped(disk));
  });
});

describeWhere(['fdisk'], 'a GPT of fdisk', () => {
  const folder = temporaryFolder();

  it.each([512, 4096])('is read as by fdisk, without problems: %d-byte sectors', async (bytes) => {
    const disk = folder.file('disk.img');
    await makeDisk(disk, 64 * MIB);
    const keys = ['g', 'n', '1', '', '+4M', 'n', '7', '', '+8M', 'n', '2', '', '', 'w'];
    must('fdisk', ['-b', String(bytes), disk], `${keys.join('\n')}\n`);
    const text = must('fdisk', ['-b', String(bytes), '-o', 'Device,Start,End', '-l', disk]);
    const shown = [...text.matchAll(/\.img(\d+) +(\d+) +(\d+)$/gm)].map(([, ...numbers]) => {
      const [number, start, end] = numbers.map(Number) as [number, number, number];
      return { number, offset: start * bytes, sizeBytes: (end - start + 1) * bytes };
    });
    const table = await tableOf(disk);
    expect(table?.problems).toEqual([]);
    expect(shown).toHaveLength(3);
    expect(placesOf(table)).toEqual(shown.sort((a, b) => a.number - b.number));
  });
});

/** What sgdisk makes, and does to it; the disk is enlarged by `growBytes` after that. */
const COMMANDS: Readonly<
  Record<string, { commands: string[][]; growBytes?: number; warns?: boolean }>
> = {
  'in any order, with names and attributes': {
    commands: [['-n5:0:+4M', '-n2:0:+8M', '-n128:0:+1M', '-c2:two ☃', '-A5:set:2', '-A5:set:60']],
  },
  'larger table, moved': { commands: [['-S', '256', '-j', '2048', '-n200:0:+4M']] },
  'smaller table': { commands: [['-S', '8', '-n8:0:+4M']] },
  'not aligned': { commands: [['-a', '1', '-n1:34:100', '-n2:101:0']] },
  'hybrid, GPT last': {
    commands: [
      ['-n1:0:+4M', '-n2:0:0'],
      ['-h', '2:EE'],
    ],
  },
  'enlarged, hybrid': { commands: [['-n1:0:+4M'], ['-h', '1']], growBytes: MIB, warns: true },
  'no partition': { commands: [['-o']] },
};

describeWith(['sgdisk'], 'partition tables of sgdisk', () => {
  const folder = temporaryFolder();

  /** The partitions that `sgdisk -i N` prints, one by one. */
  function shown(disk: string): Place[] {
    const numbers = [...must('sgdisk', ['-p', disk]).matchAll(/^ +(\d+) +\d+ +\d+ /gm)];
    return numbers.map(([, number]) => {
      const info = must('sgdisk', [`-i${number!}`, disk]);
      const [first, last] = ['First', 'Last'].map((which) =>
        Number(new RegExp(`${which} sector: (\\d+)`).exec(info)![1]),
      );
      const offset = first! * 512;
      return { number: Number(number), offset, sizeBytes: (last! + 1) * 512 - offset };
    });
  }

  async function make(name: string): Promise<string> {
    const { commands, growBytes = 0 } = COMMANDS[name]!;
    const disk = folder.file('disk.img');
    await makeDisk(disk, 64 * MIB);
    for (const command of commands) must('sgdisk', [...command, disk]);
    await truncate(disk, 64 * MIB + growBytes);
    return disk;
  }

  for (const [name, { warns = false }] of Object.entries(COMMANDS)) {
    it(`are read as by sgdisk, without problems: ${name}`, async () => {
      const disk = await make(name);
      const table = await tableOf(disk);
      expect(table?.scheme).toBe('gpt');
      expect(table?.problems).toEqual([]);
      expect(table!.warnings.length > 0).toBe(warns);
      expect(placesOf(table)).toEqual(shown(disk));
    });
  }

  it('are reported for every change that sgdisk -v reports', async () => {
    const disk = await make('hybrid, GPT last');
    const end = 64 * MIB;
    // Both headers, and the entries in use with their copies.
    const regions = [
      [512, 92],
      [1024, 384],
      [end - 512, 92],
      [end - 33 * 512, 384],
    ] as const;
    const file = await open(disk, 'r+');
    const missed: number[] = [];
    for (const [start, length] of regions) {
      for (let at = start; at < start + length; at += 7) {
        const sound = new Uint8Array(1);
        await file.read(sound, 0, 1, at);
        await file.write(Uint8Array.of(sound[0]! ^ 0x41), 0, 1, at);
        const { status, output } = run('sgdisk', ['-v', disk]);
        const theirs = status !== 0 || !output.includes('No problems found');
        const problems = await tableOf(disk).then(
          (table) => table!.problems,
          () => ['unreadable'],
        );
        if (theirs && problems.length === 0) missed.push(at);
        await file.write(sound, 0, 1, at);
      }
    }
    await file.close();
    expect(missed).toEqual([]);
  });
});
