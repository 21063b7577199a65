import { describe, expect, it } from 'vitest';
import { parseGuestFault } from '../../../src/machine/linux/guest-fault.js';

describe('what a guest says that failed', () => {
  it('has the reason why a chat template cannot be used', () => {
    const fault = parseGuestFault('zosia: the chat template cannot be used: Jinja Exception: no');
    expect(fault?.code).toBe('ZOSIA_TEMPLATE_UNUSABLE');
    expect(fault?.message).toContain('Jinja Exception: no');
    expect(fault?.subject).toEqual({ option: 'chatTemplate' });
    expect(parseGuestFault('zosia: init')).toBeUndefined();
  });

  it('has which worker has hung up', () => {
    const fault = parseGuestFault('zosia: worker 12 has hung up');
    expect(fault?.code).toBe('ZOSIA_WORKER_LOST');
    expect(fault?.message).toBe('worker 12 has hung up');
    expect(parseGuestFault('> zosia: worker 1 has hung up')?.code).toBe('ZOSIA_WORKER_LOST');
    expect(parseGuestFault('zosia: worker 1 has hung up, it says')).toBeUndefined();
  });
});
