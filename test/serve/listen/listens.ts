import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { listenTargets } from '../../../src/serve/listen/listen-targets.js';

/** Whether a process that this one starts has a socket where this one has its first. */
const PROBE = `
  const { fstatSync } = require('node:fs');
  let isSocket = false;
  try { isSocket = fstatSync(3).isSocket(); } catch {}
  process.stdout.write(String(isSocket));
`;

for (const { fd, name } of listenTargets(process.env)) {
  const server = createServer((_, response) => {
    const left = Object.keys(process.env).filter((each) => each.startsWith('LISTEN_'));
    const inherited = spawnSync(process.execPath, ['-e', PROBE], { encoding: 'utf8' }).stdout;
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ fd, name, left, inherited, address: server.address() }));
  });
  server.listen({ fd });
}
