import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinuxConsole } from '../../../src/machine/linux/console.js';

function watch(...pieces: (string | Uint8Array)[]): LinuxConsole {
  const watcher = new LinuxConsole();
  for (const piece of pieces) {
    watcher.feed(typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece);
  }
  return watcher;
}

describe('LinuxConsole after firmware', () => {
  it('takes the firmware for no word of the guest, and does not show it', () => {
    const watcher = new LinuxConsole({ firmware: true });
    expect(watcher.feed(Buffer.from('\u001b[2J\u001b[01;01H'))).toHaveLength(0);
    expect(watcher.hasSpoken).toBe(false);
    const shown = watcher.feed(Buffer.from('\u001b[=3h\0zosia: init\r\n'));
    expect(Buffer.from(shown).toString()).toBe('zosia: init\r\n');
    expect(watcher.hasSpoken).toBe(true);
    const plain = watch('\u001b[2J');
    expect(plain.hasSpoken).toBe(true);
  });
});

describe('LinuxConsole', () => {
  it('expects input from the line on that announces llama-cli', () => {
    expect(watch('zosia: init\r\n').isListening).toBe(false);
    expect(watch('zosia: init\r\nzosia: starting llama-cli (model /m)\r\n').isListening).toBe(true);
  });

  it('finds how much memory a worker has to give', () => {
    const listens = 'zosia: ggml-rpc-server listens, with 269 MiB of memory free\r\n';
    expect(watch('zosia: init\r\n').workerFreeMiB).toBeUndefined();
    expect(watch(`zosia: init\r\n${listens}`).workerFreeMiB).toBe(269);
    // Once lines are sealed, nobody but PID 1 can say so.
    expect(watch('\0zosia: init\r\n', listens).workerFreeMiB).toBeUndefined();
    expect(watch('\0zosia: init\r\n', `\0${listens}`).workerFreeMiB).toBe(269);
  });

  it('finds the exit status on a line of its own', () => {
    expect(watch('zosia: init\r\nzosia: exit status=0\r\n').exitStatus).toBe(0);
    expect(watch('zosia: exit status=127\n').exitStatus).toBe(127);
  });

  it('finds the exit status after a prompt and colours that were left on', () => {
    expect(watch('\x1b[1m> \x1b[0mzosia: exit status=3\x1b[0m\r\n').exitStatus).toBe(3);
  });

  it('uses the last exit status, because a model may have printed the others', () => {
    expect(watch('zosia: exit status=0\r\nzosia: exit status=9\r\n').exitStatus).toBe(9);
  });

  it('accepts only lines that a sealed guest has marked, and hides the marks', () => {
    const watcher = watch('zosia: init\r\n\0zosia: starting llama-cli (model m)\r\n');
    expect(watcher.started).toBe(true);
    watcher.feed(Buffer.from('> \r\nzosia: exit status=0\r\n'));
    expect(watcher.exitStatus).toBeUndefined();
    const shown = watcher.feed(Buffer.from('> \0zosia: exit status=7\r\n'));
    expect(Buffer.from(shown).toString()).toBe('> zosia: exit status=7\r\n');
    expect(watcher.exitStatus).toBe(7);
  });

  it.each([
    'zosia: exit status=0',
    'zosia: exit status=\r\n',
    'zosia: exit status=0 or so\r\n',
    'zosia: exit status=1234\r\n',
    'zosia: exit  status=0\r\n',
  ])('does not recognise %j as an exit status', (text) => {
    expect(watch(text).exitStatus).toBeUndefined();
  });

  it('finds the same markers in chunks of any size', () => {
    const text = Buffer.from(
      'żółw\r\n\x1b[32mzosia: starting llama-cli (model /models/model.gguf)\r\n> zosia: exit status=42\r\n',
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (sizes) => {
        const watcher = new LinuxConsole();
        let offset = 0;
        for (const size of sizes) {
          watcher.feed(text.subarray(offset, offset + size));
          offset += size;
        }
        watcher.feed(text.subarray(offset));
        expect(watcher.exitStatus).toBe(42);
        expect(watcher.started).toBe(true);
        expect(watcher.tail).toBe(
          'żółw\nzosia: starting llama-cli (model /models/model.gguf)\n> zosia: exit status=42',
        );
      }),
    );
  });

  it.each([
    ['zosia: starting llama-cli (model /models/model.gguf)', true],
    ['zosia: llama binary not found; starting stub prompt', true],
    ['zosia: model not found in /models; starting stub prompt', true],
    ['zosia: init', false],
    ['starting llama-cli', false],
  ])('recognises %j as a start: %s', (line, started) => {
    expect(watch(`${line}\r\n`).started).toBe(started);
  });

  it('keeps the last twenty lines, including an unfinished one', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    expect(watch(`${lines.join('\r\n')}\r\n\r\n`).tail.split('\n')).toEqual(lines.slice(10));
    expect(watch('done\nKernel panic').tail).toBe('done\nKernel panic');
  });

  it('keeps a limited part of an endless line', () => {
    const watcher = new LinuxConsole();
    for (let i = 0; i < 64; i++) watcher.feed(new Uint8Array(1 << 16).fill(0x61));
    expect(watcher.tail).toHaveLength(4096);
    watcher.feed(Buffer.from('zosia: exit status=5\n'));
    expect(watcher.exitStatus).toBe(5);
  });
});
