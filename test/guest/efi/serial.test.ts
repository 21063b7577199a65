import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  const sources = ['efi/firmware/serial.c', 'efi/firmware/firmware.c'];
  program = await buildWatchedProgram(folder.path, 'send_serial', sources, 'memory');
});

async function send(...args: (string | number)[]): Promise<{ lost: number; seconds: number }> {
  const { stdout } = await execa(program, args.map(String));
  const [, lost, seconds] = /^(\d+) lost, ([\d.]+) s$/.exec(stdout)!;
  return { lost: Number(lost), seconds: Number(seconds) };
}

describe('a serial line', () => {
  it('loses nothing to an end that reads slowly', async () => {
    expect(await send(5000)).toMatchObject({ lost: 0 });
  });

  it.each([0, 16, 64, 256])(
    'costs no more than a moment where nobody reads, and %d characters are held',
    async (held) => {
      const { lost, seconds } = await send(10_000, 'dead', `held=${held}`);
      expect(lost).toBeGreaterThan(9000);
      // The rest is what looking at the port takes in this made-up time.
      expect(seconds).toBeLessThan(0.3 + 20_000 / 1e4);
    },
  );

  it('loses nothing to an end that has read and pauses for almost half a minute', async () => {
    const { lost, seconds } = await send(2000, 'pause-at=1000', 'pause=29');
    expect(lost).toBe(0);
    expect(seconds).toBeGreaterThan(29);
  });

  it('waits for half a minute for an end that has read, and then goes on', async () => {
    const { lost, seconds } = await send(50_000, 'pause-at=1000', 'pause=33');
    expect(lost).toBeGreaterThan(100);
    expect(lost).toBeLessThan(49_000);
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThan(50);
  });

  it('is waited for as long by one who has typed', async () => {
    const { lost, seconds } = await send(2000, 'pause-at=10', 'pause=20', 'typed');
    expect(lost).toBe(0);
    expect(seconds).toBeGreaterThan(20);
  });
});
