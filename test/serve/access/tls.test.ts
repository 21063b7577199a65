import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readTls } from '../../../src/serve/access/tls.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

const FIXTURES = new URL('../../artifacts/tls/', import.meta.url);
const DAY_MS = 24 * 60 * 60 * 1000;

describe('readTls', () => {
  const folder = temporaryFolder();
  let cert: string;
  let key: string;
  let certPath: string;
  let keyPath: string;
  let count = 0;

  async function place(text: string, mode = 0o600): Promise<string> {
    const path = folder.file(`file-${++count}.pem`);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }

  beforeAll(async () => {
    [cert, key] = await Promise.all([
      readFile(new URL('certificate.pem', FIXTURES), 'utf8'),
      readFile(new URL('key.pem', FIXTURES), 'utf8'),
    ]);
    certPath = await place(cert, 0o644);
    keyPath = await place(key);
  });

  it('returns a pair that a server answers with', async () => {
    const pair = await readTls(certPath, keyPath);
    expect(pair).toEqual({ cert, key, notes: [] });

    const server = createServer(pair, (_, response) => response.end('answered'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const asked = request({ host: '127.0.0.1', port, ca: cert, agent: false }).end();
    const [response] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('answered');
  });

  it('takes the certificates that follow the own one, and refuses rubbish among them', async () => {
    const chain = await place(`subject=CN = us\n${cert}\nissuer=CN = them\n${cert}`);
    expect((await readTls(chain, keyPath)).notes).toEqual([]);
    const broken = await place(
      `${cert}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`,
    );
    const reading = readTls(broken, keyPath);
    await expect(reading).rejects.toThrow(zosiaError('ZOSIA_TLS_CERT_INVALID'));
    await expect(reading).rejects.toThrow(/certificate 2 of/);
  });

  it('refuses the key of another certificate', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const other = await place(String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    await expect(readTls(certPath, other)).rejects.toThrow(zosiaError('ZOSIA_TLS_MISMATCH'));
  });

  it('refuses a key with a passphrase, of both kinds', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      const encrypted = privateKey.export({
        type,
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'secret',
      });
      const reading = readTls(certPath, await place(String(encrypted)));
      await expect(reading).rejects.toThrow(zosiaError('ZOSIA_TLS_KEY_INVALID'));
      await expect(reading).rejects.toThrow(/passphrase/);
    }
  });

  it('refuses what is no certificate or no key, and the two the wrong way round', async () => {
    const rubbish = await place('rubbish');
    const certificate = zosiaError('ZOSIA_TLS_CERT_INVALID');
    const privateKey = zosiaError('ZOSIA_TLS_KEY_INVALID');
    await expect(readTls(rubbish, keyPath)).rejects.toThrow(certificate);
    await expect(readTls(keyPath, certPath)).rejects.toThrow(certificate);
    await expect(readTls(certPath, certPath)).rejects.toThrow(privateKey);
    await expect(readTls(certPath, rubbish)).rejects.toThrow(privateKey);
    const cut = await place(key.replace(/\n.*\n/, '\nMIGH\n'));
    await expect(readTls(certPath, cut)).rejects.toThrow(privateKey);
    await expect(readTls(folder.file('missing'), keyPath)).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });

  it('refuses a certificate outside its time, and notes when that is near', async () => {
    const certificate = new X509Certificate(cert);
    const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    const at = (timeMs: number) => readTls(certPath, keyPath, new Date(timeMs));

    await expect(at(to + 1000)).rejects.toThrow(zosiaError('ZOSIA_TLS_CERT_EXPIRED'));
    await expect(at(to + 1000)).rejects.toThrow(
      `was valid until ${new Date(to).toISOString().slice(0, 10)}`,
    );
    await expect(at(from - 1000)).rejects.toThrow(zosiaError('ZOSIA_TLS_CERT_EXPIRED'));
    expect((await at(from)).notes).toEqual([]);
    expect((await at(to - 15 * DAY_MS)).notes).toEqual([]);
    expect((await at(to - 13 * DAY_MS)).notes).toEqual([
      expect.stringMatching(/is valid until .*: have it renewed$/),
    ]);
  });

  it.each([0o644, 0o640, 0o602])('notes a key of mode %o', async (mode) => {
    const { notes } = await readTls(certPath, await place(key, mode));
    expect(notes).toEqual([expect.stringMatching(/other users .* chmod 600 '/)]);
  });
});
