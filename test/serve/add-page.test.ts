import { describe, expect, it } from 'vitest';
import { addPage } from '../../src/serve/add-page.js';
import { pageFiles } from '../../src/serve/page-files.js';
import { serveFake } from './api/serve-fake.js';

describe('the chat page on a server', () => {
  it('is for everybody, where the API asks for a key', async () => {
    await using served = await serveFake({ keys: ['k'] }, addPage);
    for (const [path, { body, type }] of await pageFiles()) {
      const answer = await fetch(served.url + path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get('content-type')).toBe(type);
      expect(Buffer.from(await answer.arrayBuffer()).equals(body), path).toBe(true);
    }
    expect((await fetch(`${served.url}/v1/models`)).status).toBe(401);
  });

  it('comes with its policy, and is not sent again to who has it', async () => {
    await using served = await serveFake({}, addPage);
    const { headers } = await fetch(served.url);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
    const again = await fetch(served.url, {
      headers: { 'if-none-match': headers.get('etag')! },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await fetch(served.url, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  it('answers HEAD, and nothing that would change it', async () => {
    await using served = await serveFake({}, addPage);
    expect((await fetch(served.url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(served.url, { method: 'POST' })).status).toBe(405);
  });

  it('is not for a page of another site that has its name lead here', async () => {
    await using served = await serveFake({ allowedHosts: () => ['models.example.org'] }, addPage);
    expect((await fetch(served.url)).status).toBe(403);
  });
});
