import { createServer } from 'node:http';
import { listenOn } from '../../../src/serve/listen/listen.js';
import { listenTargets } from '../../../src/serve/listen/listen-targets.js';

/** Little, so that a test need not wait for long. */
const HEADERS_MS = 200;

/** Answers with the port that it was asked at. */
const server = createServer(
  { headersTimeout: HEADERS_MS, connectionsCheckingInterval: HEADERS_MS / 2 },
  (request, response) => {
    response.setHeader('connection', 'close');
    response.end(String(request.socket.localPort));
  },
);
try {
  const found = await listenOn(server, listenTargets(process.env));
  process.stdout.write(`${JSON.stringify(found.addresses)}\n`);
  process.once('SIGTERM', () => {
    void (async () => {
      process.stdout.write(`${await found.connections()}\n`);
      found.close();
      server.closeAllConnections();
    })();
  });
} catch (error) {
  // Nothing is left that would keep the process.
  process.stdout.write(`${(error as { code: string }).code}\n`);
}
