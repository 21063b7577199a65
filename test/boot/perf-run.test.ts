import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

interface Run {
  readonly tokPerS: number;
  readonly logPath: string;
}

describe('zosia perf run', () => {
  const folder = temporaryFolder();
  beforeAll(() => putGuests(folder.path, ARCHITECTURES));

  const perf = (...args: string[]) => zosia(['perf', ...args], { cwd: folder.path });

  it.each(ARCHITECTURES)("reports for %s the figures of llama.cpp's own clock", async (arch) => {
    const { stdout, exitCode } = await perf(
      ...['run', EMBEDDED_MODEL, '--arch', arch, '--smp', '1', '--tokens', '48'],
      ...['--llama-args', '-b,64,-c,256', '--log-dir', arch, '--json'],
    );
    expect(exitCode).toBe(0);
    const { runs } = JSON.parse(stdout) as { runs: Run[] };
    expect(runs).toMatchObject([{ ok: true, tokens: 48, threads: 1, args: '-b,64,-c,256' }]);
    const log = await readFile(folder.file(runs[0]!.logPath), 'utf8');
    const own = /\beval time = +([\d.]+) ms \/ +48 runs/.exec(log);
    const ownRate = (48 / Number(own![1])) * 1000;
    expect(Math.abs(runs[0]!.tokPerS / ownRate - 1)).toBeLessThan(0.03);
  });

  it('saves the console of a guest in which llama.cpp rejects its arguments', async () => {
    const { stdout, stderr, exitCode } = await perf(
      ...[
        'run',
        EMBEDDED_MODEL,
        '--arch',
        'aarch64',
        '--llama-args',
        '--no-such-argument',
        '--json',
      ],
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ ok: false }] });
    expect(JSON.parse(stdout)).not.toHaveProperty('runs.0.tokPerS');
    const log = /its console is in (.*\.log)/.exec(stderr)?.[1];
    expect(await readFile(log!, 'utf8')).toMatch(/zosia: exit status=[1-9]/);
  });
});
