import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../src/workers/keys/certificate.js';
import { temporaryFolder } from '../../support/temporary.js';

const newKey = () => generateKeyPairSync('ed25519').privateKey;

describe('selfSigned', () => {
  const folder = temporaryFolder();

  it("makes a certificate that OpenSSL reads, with the key's own signature", () => {
    const key = newKey();
    const certificate = new X509Certificate(selfSigned(key));
    expect(certificate.publicKey.equals(createPublicKey(key))).toBe(true);
    expect(certificate.verify(createPublicKey(key))).toBe(true);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(certificate.verify(createPublicKey(newKey()))).toBe(false);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.subject).toBe('CN=zosia worker');
  });

  it('is valid at any time', () => {
    const { validFrom, validTo } = new X509Certificate(selfSigned(newKey()));
    expect(new Date(validFrom).getTime()).toBe(0);
    expect(new Date(validTo).toISOString()).toBe('9999-12-31T23:59:59.000Z');
  });

  it('always gives a key the same certificate, and another key another serial number', () => {
    const key = newKey();
    expect(selfSigned(key)).toBe(selfSigned(key));
    const { serialNumber } = new X509Certificate(selfSigned(key));
    expect(new X509Certificate(selfSigned(newKey())).serialNumber).not.toBe(serialNumber);
  });

  it('is taken by openssl(1), which checks the signature and the encoding', async () => {
    const path = folder.file('certificate.pem');
    const pem = selfSigned(newKey());
    await writeFile(path, pem);
    const { stdout } = await execa('openssl', ['verify', '-check_ss_sig', '-CAfile', path, path]);
    expect(stdout).toBe(`${path}: OK`);

    // One bit of the signature, which comes last.
    const der = new X509Certificate(pem).raw;
    der[der.length - 1]! ^= 1;
    await writeFile(path, new X509Certificate(der).toString());
    const forged = await execa('openssl', ['verify', '-check_ss_sig', '-CAfile', path, path], {
      reject: false,
    });
    expect(forged.exitCode).not.toBe(0);
  });
});
