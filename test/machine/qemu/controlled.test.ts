import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startControlled } from '../../../src/machine/qemu/controlled.js';
import { temporaryFolder } from '../../support/temporary.js';
import { qmpMachine } from '../support/fake-qmp.js';
import { makeFakeQemu } from '../support/fake-qemu.js';

const folder = temporaryFolder();

it('keeps what the console of a controlled machine shows until somebody reads it', async () => {
  const { path } = await makeFakeQemu(folder.path, {
    machine: `${qmpMachine([])} print('a prompt'); setTimeout(() => process.exit(0), 300);`,
  });
  const qemu = startControlled(
    { qemu: path, args: [] },
    { portCount: 0, signal: new AbortController().signal },
  );
  await sleep(200);
  const shown: Buffer[] = [];
  for await (const bytes of qemu.stdout as AsyncIterable<Buffer>) shown.push(bytes);
  expect(Buffer.concat(shown).toString()).toBe('a prompt');
  await qemu.ended;
});
