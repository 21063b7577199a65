import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A program that stands in for QEMU, and a record of how it was called. */
export interface FakeQemu {
  /** The folder it lies in, to be put first on a PATH. */
  readonly folder: string;
  readonly path: string;
  /** The arguments of every call so far. */
  calls(): Promise<string[][]>;
}

export interface FakeQemuOptions {
  readonly program?: string;
  readonly version?: string;
  readonly accelerators?: readonly string[];
  readonly sandbox?: boolean;
  /** Whether `-run-with` is known, and `exit-with-parent` to it. */
  readonly exitWithParent?: boolean;
  /** The folders that `-L help` lists. */
  readonly firmware?: readonly string[];
  /** What `-display help` lists. */
  readonly displays?: readonly string[];
  /** JavaScript that runs as the machine. Has `args`, `print`, `option(name)`, `done(status)`. */
  readonly machine?: string;
}

/** Ends as a guest does: with its last line, through the chardev that carries the console. */
const PREAMBLE = `
const option = (name) => args[args.indexOf(name) + 1];
const log = /file,id=console,path=(.*)/.exec(option('-chardev') ?? '')?.[1];
const print = (text) => (log ? appendFileSync(log.replaceAll(',,', ','), text) : process.stdout.write(text));
const done = (status) => { print('zosia: exit status=' + status + '\\r\\n'); process.stdin.destroy(); };
`;

/** Writes a fake QEMU into `folder`, which may not exist yet. */
export async function makeFakeQemu(
  folder: string,
  options: FakeQemuOptions = {},
): Promise<FakeQemu> {
  const {
    program = 'qemu-system-aarch64',
    version = '7.2.22',
    accelerators = ['tcg'],
    sandbox = true,
    exitWithParent = false,
    firmware = [],
    displays = ['none'],
    machine = 'done(0);',
  } = options;
  const path = join(folder, program);
  const callsPath = join(folder, 'calls.jsonl');
  await mkdir(folder, { recursive: true });
  await writeFile(
    path,
    `#!${process.execPath}
const { appendFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(callsPath)}, JSON.stringify(args) + '\\n');
if (args[0] === '--version') {
  console.log('QEMU emulator version ${version} (fake)');
} else if (args[0] === '-sandbox' && !${String(sandbox)}) {
  console.error('qemu: -sandbox support is not enabled in this QEMU binary');
  process.exit(1);
} else if (args[0] === '-run-with') {
  // As QEMU 10.2 and 7.2 have it; both exit with 1.
  if (${String(exitWithParent)}) console.log('run-with options:\\n  chroot=<str>\\n  exit-with-parent=<bool (on/off)>');
  else console.error('qemu: -run-with: invalid option');
  process.exit(1);
} else if (args.join(' ') === '-L help') {
  console.log(${JSON.stringify(firmware.join('\n'))});
} else if (args.join(' ') === '-display help') {
  console.log(${JSON.stringify(['Available display backend types:', ...displays].join('\n'))});
} else if (args.at(-1) === 'help') {
  console.log(${JSON.stringify(['Accelerators supported in QEMU binary:', ...accelerators].join('\n'))});
} else {
${PREAMBLE}
${machine}
}
`,
  );
  await chmod(path, 0o755);
  return {
    folder,
    path,
    async calls() {
      const text = await readFile(callsPath, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as string[]);
    },
  };
}
