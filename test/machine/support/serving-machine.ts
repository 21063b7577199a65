import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOneShot, withInstantStart, SERVER_PORT_NAME } from '../../../src/machine/machine.js';
import type {
  LinuxMachineSpec,
  OneShotOptions,
  OneShotResult,
} from '../../../src/machine/machine.js';
import { qmpMachine } from './fake-qmp.js';
import { GUEST_STREAMS } from './guest-streams.js';

/** What such a machine says of an answer of its own words. */
export const REPORT = { end: 'end', promptTokens: 3, tokens: 2, contextTokens: 512 } as const;

/**
 * JavaScript for `makeFakeQemu`: a machine whose guest meets its host and then serves, over the ports behind
 * QMP.
 *
 * @param answer JavaScript that answers a prompt: has `say(text, then)` for a piece of the answer, and
 *   `end(last)`, with what its last piece says
 * @param before JavaScript that runs before the guest is ready
 */
export function servingMachine(answer: string, before = ''): string {
  return `
${qmpMachine([])}
${GUEST_STREAMS}
print('zosia: init\\r\\n');
${before}
const [toHost, ofServer] = [4, 5].map((fd) => new (require('node:net').Socket)({ fd }));
toHost.write('ready\\n');
toHost.once('data', () => { toHost.write('awake\\n'); });
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/apply-template') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ prompt: 'a prompt' }));
    return;
  }
  if (request.url === '/props') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ default_generation_settings: { n_ctx: ${REPORT.contextTokens} } }));
    return;
  }
  const event = (piece, then) => response.write('data: ' + JSON.stringify(piece) + '\\n\\n', then);
  const say = (content, then) => event({ content, stop: false }, then);
  const end = (last = {}) => {
    event({ content: '', stop: true, stop_type: 'eos', stopping_word: '', truncated: false,
      tokens_predicted: ${REPORT.tokens}, tokens_evaluated: ${REPORT.promptTokens}, ...last });
    response.end();
  };
  ${answer}
});
guestStreams(ofServer, (stream) => server.emit('connection', stream));
`;
}

/** Runs a one-shot on a machine that is not saved. @param folder for the machine's files */
export async function askOnce(
  spec: LinuxMachineSpec,
  folder: string,
  options: Omit<OneShotOptions, 'question' | 'start'>,
): Promise<OneShotResult> {
  const initrd = join(folder, 'initramfs.cpio');
  await writeFile(initrd, new Uint8Array(512));
  return withInstantStart(
    {
      request: { args: [], serve: true },
      ports: [SERVER_PORT_NAME],
      snapshots: { cacheDirectory: folder, areKept: false, isFresh: false },
      onNote: () => undefined,
      wakeSettings: () => ({}),
    },
    (start) =>
      runOneShot(
        { ...spec, initrd },
        {
          ...options,
          start,
          question: { prompt: 'hello', conversation: false, reportsContext: true },
        },
      ),
  );
}
