import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Qmp } from '../../../src/machine/qemu/qmp.js';
import { FakeQmp } from '../support/fake-qmp.js';

const GREETING = { QMP: { version: { qemu: { major: 7, minor: 2, micro: 0 } }, capabilities: [] } };

async function connect(fake = new FakeQmp()) {
  const events: string[] = [];
  fake.say(GREETING);
  const qmp = await Qmp.open(fake, (name) => void events.push(name));
  return { fake, qmp, events };
}

const FAILED = { code: 'ZOSIA_QMP_FAILED' };
const failedWith = (reason: string) => ({
  ...FAILED,
  message: expect.stringContaining(reason) as string,
});

afterEach(() => {
  vi.useRealTimers();
});

describe('Qmp', () => {
  it('negotiates, then runs commands', async () => {
    const { fake, qmp } = await connect();
    await qmp.execute('screendump', { filename: '/a b', format: 'png' });
    expect(fake.commands.map(({ execute, arguments: given }) => [execute, given])).toEqual([
      ['qmp_capabilities', {}],
      ['screendump', { filename: '/a b', format: 'png' }],
    ]);
  });

  it('matches each reply to its command, in any order', async () => {
    const late: { id: number }[] = [];
    const fake = new FakeQmp(({ execute, id }, self) => {
      if (execute === 'slow') late.push({ id });
      else self.say({ return: execute, id });
    });
    const { qmp } = await connect(fake);
    const slow = qmp.execute('slow');
    expect(await qmp.execute('quick')).toBe('quick');
    fake.say({ return: 'at last', id: late[0]!.id });
    expect(await slow).toBe('at last');
  });

  it('reports events before and between replies', async () => {
    const { fake, qmp, events } = await connect();
    fake.say({ event: 'RTC_CHANGE', data: {} });
    fake.say({ event: 'SHUTDOWN', data: { guest: true } });
    await qmp.execute('query-status');
    expect(events).toEqual(['RTC_CHANGE', 'SHUTDOWN']);
  });

  it('passes on the error of QEMU', async () => {
    const fake = new FakeQmp(({ execute, id }, self) => {
      if (execute === 'qmp_capabilities') self.say({ return: {}, id });
      else self.say({ error: { class: 'GenericError', desc: 'there is no console' }, id });
    });
    const { qmp } = await connect(fake);
    await expect(qmp.execute('screendump')).rejects.toMatchObject(failedWith('no console'));
  });

  it.each([
    ['an end', (fake: FakeQmp) => fake.destroy(), 'hung up'],
    ['an error', (fake: FakeQmp) => fake.destroy(new Error('EPIPE')), 'EPIPE'],
  ])('fails at %s of the connection, and from then on', async (_, end, reason) => {
    const { fake, qmp } = await connect(
      new FakeQmp(({ id }, self) => {
        if (id === 1) self.say({ return: {}, id });
      }),
    );
    const waiting = expect(qmp.execute('quit')).rejects.toMatchObject(failedWith(reason));
    end(fake);
    await waiting;
    await expect(qmp.execute('quit')).rejects.toMatchObject(failedWith(reason));
  });

  it('times out when there is no reply', async () => {
    vi.useFakeTimers();
    const greeting = expect(Qmp.open(new FakeQmp(), () => undefined)).rejects.toMatchObject(
      failedWith('its greeting did not come within 30 s'),
    );
    await vi.advanceTimersByTimeAsync(30_000);
    await greeting;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up on an endless message', async () => {
    const { fake, qmp } = await connect(
      new FakeQmp(({ id }, self) => {
        if (id === 1) self.say({ return: {}, id });
      }),
    );
    const waiting = expect(qmp.execute('x')).rejects.toMatchObject(failedWith('to its end'));
    for (let i = 0; i < 17; i++) fake.push(Buffer.alloc(1 << 16, 0x20));
    await waiting;
    expect(fake.destroyed).toBe(true);
  });

  it('reads messages in chunks of any size, and ignores lines that are not messages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 })), async (sizes) => {
        const messages = ['null', 'no JSON', '[1]', '{"error":null}', '{"return":{},"id":77}']
          .concat(JSON.stringify({ event: 'ZAŻÓŁĆ' }), JSON.stringify({ return: 'ok', id: 2 }))
          .join('\n');
        const { qmp, events } = await connect(
          new FakeQmp(({ id }, self) => {
            if (id === 1) {
              self.say({ return: {}, id });
              return;
            }
            const bytes = Buffer.from(`${messages}\n`);
            let offset = 0;
            for (const size of sizes) self.push(bytes.subarray(offset, (offset += size)));
            if (offset < bytes.length) self.push(bytes.subarray(offset));
          }),
        );
        expect(await qmp.execute('x')).toBe('ok');
        expect(events).toEqual(['ZAŻÓŁĆ']);
      }),
      { numRuns: 50 },
    );
  });
});
