// One large file over HTTP, with ranges and a strong tag, in a process of its own. Prints its port.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { argv, stdout } from 'node:process';

const path = argv[2]!;
const { size } = statSync(path);

const server = createServer((request, response) => {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const from = Number(first ?? 0);
  const to = last === undefined || last === '' ? size : Math.min(Number(last) + 1, size);
  response.writeHead(first === undefined ? 200 : 206, {
    etag: '"the-only-one"',
    'content-length': to - from,
    ...(first !== undefined && { 'content-range': `bytes ${from}-${to - 1}/${size}` }),
  });
  const body = createReadStream(path, { start: from, end: to - 1, highWaterMark: 1 << 20 });
  body.pipe(response);
  response.on('close', () => body.destroy());
});
server.listen(0, '127.0.0.1', () => {
  stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
