import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { keysOfPeer, parsePeers, readPeers } from '../../../src/workers/keys/peers.js';
import { generateWorkerKey } from '../../../src/workers/keys/worker-key.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

const [A, B, C] = [0, 1, 2].map(() => generateWorkerKey().fingerprint) as [
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
];

describe('parsePeers', () => {
  it('reads a peer a line, without comments, empty lines and blanks around', () => {
    const text = `# heads\n${A}\n\n  ${B}\tbox-1  # in the cellar\r\n#${C}\n${C} [fd00::1]:50052`;
    expect(parsePeers(text, 'peers')).toEqual([
      { fingerprint: A, name: undefined },
      { fingerprint: B, name: 'box-1' },
      { fingerprint: C, name: '[fd00::1]:50052' },
    ]);
  });

  it.each([
    { what: 'two names', text: `${A}\n${B} one two\n`, line: 2, why: /one word/ },
    { what: 'a name outside ASCII', text: `# x\n\n${A} bóx`, line: 3, why: /ASCII/ },
    { what: 'a name that is too long', text: `${A} ${'x'.repeat(129)}`, line: 1, why: /128/ },
    { what: 'a key twice', text: `${A} one\n${B}\n${A} two`, line: 3, why: /line 1 already/ },
    { what: 'a name twice', text: `${A} one\n${B} one`, line: 2, why: /one is on line 1/ },
  ])('refuses $what, and says where', ({ text, line, why }) => {
    expect(() => parsePeers(text, 'the/peers')).toThrow(zosiaError('ZOSIA_WORKER_PEERS_INVALID'));
    expect(() => parsePeers(text, 'the/peers')).toThrow(new RegExp(`^the/peers, line ${line}: `));
    expect(() => parsePeers(text, 'the/peers')).toThrow(why);
  });

  it.each([
    { what: 'the name first', text: `${A}\nbox-1 ${B}` },
    { what: 'a comment without a blank before it', text: `${A}\n${B}#comment` },
    { what: 'two keys on a line', text: `${A}\n${B},${C}` },
    { what: 'a letter that nobody sees', text: `${A}\n\u200b${B}` },
  ])('refuses $what, and says where', ({ text }) => {
    expect(() => parsePeers(text, 'peers')).toThrow(zosiaError('ZOSIA_WORKER_FINGERPRINT_INVALID'));
    expect(() => parsePeers(text, 'peers')).toThrow(/^peers, line 2: /);
  });

  it.each(['', '\n', '# nobody\n'])('refuses a file that allows nobody: %j', (text) => {
    expect(() => parsePeers(text, 'peers')).toThrow(zosiaError('ZOSIA_WORKER_PEERS_INVALID'));
  });
});

describe('readPeers', () => {
  const folder = temporaryFolder();

  it('reads a file that others may read, but not one that they may write to', async () => {
    const path = folder.file('peers');
    await writeFile(path, `${A}\n`);
    await chmod(path, 0o644);
    expect(await readPeers(path)).toEqual([{ fingerprint: A, name: undefined }]);
    for (const mode of [0o664, 0o646]) {
      await chmod(path, mode);
      await expect(readPeers(path)).rejects.toThrow(zosiaError('ZOSIA_WORKER_PEERS_OPEN'));
    }
  });

  it('says that a file is not there', async () => {
    await expect(readPeers(folder.file('none'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });
});

describe('keysOfPeer', () => {
  const peers = parsePeers(`${A} box-1\n${B}\n${C}`, 'peers');

  it('returns the key with that name alone', () => {
    expect(keysOfPeer(peers, 'box-1')).toEqual([A]);
  });

  it('returns the keys without a name where none has it, and none that is of another', () => {
    expect(keysOfPeer(peers, 'box-2')).toEqual([B, C]);
  });

  it('says so where there is none', () => {
    expect(() => keysOfPeer(parsePeers(`${A} box-1`, 'peers'), 'box-2')).toThrow(
      zosiaError('ZOSIA_WORKER_PEER_UNKNOWN'),
    );
  });
});
