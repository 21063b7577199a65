import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { PutAway, ServedMachine } from '../../../src/serve/machines/served-machine.js';

const nothing = (): void => undefined;
const never = new AbortController().signal;

it('is not lent once it has hung up, though it has not ended yet', async () => {
  let end = nothing;
  let isGone = false;
  const machine = new ServedMachine(
    {
      ramMiB: 1,
      run: ({ onAwake }) => {
        onAwake(
          () => new Duplex(),
          () => isGone,
        );
        return new Promise((_, reject) => {
          end = () => {
            reject(new Error('killed'));
          };
        });
      },
    },
    { keepMs: 60_000, wakeMs: 60_000, onWoken: nothing, onIdle: nothing, onEnded: nothing },
  );
  (await machine.lend(never)).release();
  isGone = true;
  const next = expect(machine.lend(never)).rejects.toBeInstanceOf(PutAway);
  end();
  await next;
});

it('is not lent once it is being put away, though it is awake still', async () => {
  let end = nothing;
  const machine = new ServedMachine(
    {
      ramMiB: 1,
      run: ({ onAwake }) => {
        onAwake(() => new Duplex());
        return new Promise((resolve) => (end = resolve));
      },
    },
    { keepMs: 60_000, wakeMs: 60_000, onWoken: nothing, onIdle: nothing, onEnded: nothing },
  );
  (await machine.lend(never)).release();
  const closing = machine.close();
  await expect(machine.lend(never)).rejects.toBeInstanceOf(PutAway);
  end();
  await closing;
});
