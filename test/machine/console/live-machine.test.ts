import { describe, expect, it } from 'vitest';
import { startPiped } from '../../../src/machine/console/live-machine.js';
import type { LiveMachine } from '../../../src/machine/console/live-machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

async function start(machine: string, signal = new AbortController().signal): Promise<LiveMachine> {
  const { path } = await makeFakeQemu(folder(), { machine });
  return startPiped({ qemu: path, args: ['-nodefaults'] }, signal);
}

async function shownBy({ stdout }: LiveMachine): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of stdout) pieces.push(bytes);
  return Buffer.concat(pieces).toString();
}

describe('a machine whose console is on pipes', () => {
  it('takes what is typed at once, shows its console, and tells how it ended', async () => {
    const machine = await start(`process.stdin.once('data', (typed) => {
      print(args.join() + ' ' + typed); console.error('qemu: bye'); process.exitCode = 3;
      process.stdin.destroy(); });`);
    expect(machine.isAwake).toBe(true);
    machine.stdin.write('hello');
    expect(await shownBy(machine)).toBe('-nodefaults hello');
    expect(await machine.ended).toEqual({ exitCode: 3, signal: undefined, stderr: 'qemu: bye' });
  });

  it('ends with the signal, and tells of one that cannot be started', async () => {
    const abort = new AbortController();
    const machine = await start(`print('up'); setInterval(() => {}, 1000);`, abort.signal);
    for await (const bytes of machine.stdout) {
      expect(Buffer.from(bytes).toString()).toBe('up');
      abort.abort();
    }
    expect((await machine.ended).signal).toBe('SIGTERM');
    const none = startPiped({ qemu: `${folder()}/none`, args: [] }, new AbortController().signal);
    expect((await none.ended).exitCode).toBeUndefined();
  });
});
