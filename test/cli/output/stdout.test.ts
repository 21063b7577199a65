import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { modelGguf } from '../../formats/gguf/samples.js';
import { ext4 } from '../../inspect/samples.js';
import { CLI } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';
import { skipWhere } from '../../support/skipping.js';

const folder = temporaryFolder();

beforeAll(async () => {
  await writeRaw(ext4(), folder.file('disk.img'));
  await writeFile(folder.file('model.gguf'), await modelGguf());
});

/** Commands that print in different ways; all succeed. */
const COMMANDS: readonly (readonly string[])[] = [
  ['--help'],
  ['--version'],
  ['model', 'info', 'model.gguf'],
  ['model', 'info', 'model.gguf', '--json'],
  ['verify', 'disk.img'],
  ['inspect', 'disk.img'],
  ['inspect', 'disk.img', '--json'],
  ['ls', '-R', 'disk.img'],
  ['cat', 'disk.img', '/hello'],
];

/** Runs a command with streams whose readers are gone before it begins. */
async function withoutReaderOf(
  stream: 'stdout' | 'stderr',
  args: readonly string[],
): Promise<{ said: string; exitCode: number }> {
  // The shell waits for its stdin, so that the pipe is closed before zosia is there to notice.
  const child = spawn('sh', ['-c', 'read go; exec "$@"', 'sh', process.execPath, CLI, ...args], {
    cwd: folder.path,
  });
  let said = '';
  const other = stream === 'stdout' ? child.stderr : child.stdout;
  other.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child[stream].destroy();
  await once(child[stream], 'close');
  child.stdin.end('go\n');
  const [exitCode] = (await once(child, 'close')) as [number];
  return { said, exitCode };
}

const NO_FULL_DEVICE = skipWhere(!existsSync('/dev/full'), 'no /dev/full here');

/** Runs a command whose stdout takes nothing. */
async function withFullStdout(
  args: readonly string[],
): Promise<{ said: string; exitCode: number }> {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder.path,
    stdio: ['ignore', full.fd, 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number];
  await full.close();
  return { said, exitCode };
}

describe.each(COMMANDS)('zosia %s %s %s', (...words) => {
  const args = words.filter((word) => typeof word === 'string');

  it('exits without an error when the reader of stdout has gone', async () => {
    expect(await withoutReaderOf('stdout', args)).toEqual({ said: '', exitCode: 0 });
  });

  it('reports that there is no space left for stdout', NO_FULL_DEVICE, async () => {
    const { said, exitCode } = await withFullStdout(args);
    expect(said).toMatch(/^error: stdout cannot be written: no space left \(ENOSPC\)\nhint: .+\n$/);
    expect(exitCode).toBe(1);
  });
});

describe('a command that fails before it prints anything', () => {
  it.each([
    [['imgae'], /^error: unknown command 'imgae'/, 2],
    [['model', 'info', 'NOPE', '--json'], /^error: there is no model NOPE\n/, 1],
  ])(
    'says why, also where stdout takes nothing: %j',
    NO_FULL_DEVICE,
    async (args, words, status) => {
      const { said, exitCode } = await withFullStdout(args);
      expect(said).toMatch(words);
      expect(said).not.toContain('ENOSPC');
      expect(exitCode).toBe(status);
      const gone = await withoutReaderOf('stdout', args);
      expect(gone.said).toMatch(words);
      expect(gone.exitCode).toBe(status);
    },
  );
});

describe('stderr without a reader', () => {
  it('does not prevent the results on stdout', async () => {
    const args = ['image', 'model', 'model.gguf', '--out', 'out.img', '--json', '--use-docker'];
    const { said, exitCode } = await withoutReaderOf('stderr', args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ path: 'out.img' });
  });

  it('does not change the exit status of a failed command', async () => {
    expect(await withoutReaderOf('stderr', ['ls', 'missing'])).toEqual({ said: '', exitCode: 1 });
  });
});
