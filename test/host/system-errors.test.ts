import { spawnSync } from 'node:child_process';
import { mkdir, open, readFile, rmdir, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../src/errors.js';
import {
  explainSystemError,
  isNetworkFailure,
  isOutOfResources,
  isOutOfRoom,
  systemReason,
} from '../../src/host/system-errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** An error as Node makes one of the system's. */
const systemError = (code: string, rest: { path?: string; syscall?: string } = {}) =>
  Object.assign(new Error(`${code}: words of the system, not for people`), { code, ...rest });

/** The error that the system gives for an attempt. */
const errorOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('systemReason', () => {
  it.each([
    ['EACCES', 'permission denied (EACCES)'],
    ['ENOSPC', 'no space left (ENOSPC)'],
    ['ETIMEDOUT', 'the connection timed out (ETIMEDOUT)'],
    ['ESRCH', 'ESRCH'],
  ])('describes %s as %j', (code, reason) => {
    expect(systemReason(systemError(code))).toBe(reason);
  });

  it('returns "unknown reason" for other errors', () => {
    for (const error of [new Error('a defect'), 'EACCES', undefined, { code: 'EACCES' }]) {
      expect(systemReason(error)).toBe('unknown reason');
    }
  });
});

/** The kinds of system errors: their codes, and the code that explains them. */
const KINDS: readonly (readonly [string, readonly string[], string])[] = [
  ['a missing file', ['ENOENT', 'ENOTDIR'], 'ZOSIA_FILE_NOT_FOUND'],
  [
    'a file that cannot be used',
    [
      ...['EISDIR', 'EEXIST', 'ENOTEMPTY', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENXIO', 'ENODEV'],
      ...['ESTALE', 'ELOOP', 'ENAMETOOLONG', 'EBUSY', 'ETXTBSY', 'EOVERFLOW', 'ENOTSUP'],
      'EOPNOTSUPP',
    ],
    'ZOSIA_FILE_UNREADABLE',
  ],
  ['no free space', ['ENOSPC', 'EDQUOT', 'EFBIG'], 'ZOSIA_DISK_FULL'],
  ['too many files', ['EMFILE', 'ENFILE'], 'ZOSIA_TOO_MANY_FILES'],
  ['too little of something else', ['ENOMEM', 'EAGAIN', 'E2BIG'], 'ZOSIA_OUT_OF_RESOURCES'],
  [
    'a network failure',
    [
      ...['ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENETDOWN'],
      ...['ENETUNREACH', 'ENETRESET', 'EHOSTDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAI_AGAIN'],
      'ENOTFOUND',
    ],
    'ZOSIA_NETWORK_FAILED',
  ],
];

describe.each(KINDS)('%s', (_, numbers, code) => {
  it.each(numbers)('is the explanation of %s, with a hint', (number) => {
    const cause = systemError(number, { path: '/somewhere' });
    const explained = explainSystemError(cause);
    expect(explained).toMatchObject({ code, cause });
    expect(explained!.message).toBe(`/somewhere: ${systemReason(cause)}`);
    // In words, on one line, with the code of the system in parentheses.
    expect(explained!.message).toMatch(/^\/somewhere: [a-z][^\n]*[^.] \([A-Z0-9_]+\)$/);
    expect(explained!.hint).toMatch(/^[A-Z][^\n]*\w\)?\.?$/);
    expect(isOutOfRoom(cause)).toBe(code === 'ZOSIA_DISK_FULL');
    expect(isNetworkFailure(cause)).toBe(code === 'ZOSIA_NETWORK_FAILED');
    expect(isOutOfResources(cause)).toBe(
      code === 'ZOSIA_TOO_MANY_FILES' || code === 'ZOSIA_OUT_OF_RESOURCES',
    );
  });

  it('has only codes that Node.js or its name resolver uses', () => {
    const ofNode = [...getSystemErrorMap().values()].map(([name]) => name);
    const known = new Set([...Object.keys(constants.errno), ...ofNode, 'EAI_AGAIN', 'ENOTFOUND']);
    expect(numbers.filter((number) => !known.has(number))).toEqual([]);
  });
});

describe('explainSystemError', () => {
  it('names the path, or else the system call, or else neither', () => {
    const words = (rest: { path?: string; syscall?: string }) =>
      explainSystemError(systemError('EMFILE', rest))!.message;
    expect(words({ syscall: 'spawn' })).toBe(
      'the system call "spawn": zosia may not open any more files (EMFILE)',
    );
    expect(words({ path: '/p', syscall: 'open' })).toMatch(/^\/p: /);
    expect(words({})).toBe('zosia may not open any more files (EMFILE)');
  });

  it('returns undefined for defects and for errors that are explained already', () => {
    const defects = [
      ...['EINVAL', 'EBADF', 'EFAULT', 'ERR_INVALID_ARG_TYPE'].map((code) => systemError(code)),
      new TypeError('undefined is not a function'),
      new ZosiaError('ZOSIA_BAD_OPTION', 'explained already'),
      ...['ENOENT', undefined, null],
    ];
    for (const error of defects) expect(explainSystemError(error)).toBeUndefined();
  });

  it('returns undefined for codes that are names of inherited properties', () => {
    for (const code of ['constructor', 'toString', '__proto__']) {
      expect(explainSystemError(systemError(code))).toBeUndefined();
      expect(systemReason(systemError(code))).toBe(code);
    }
  });
});

describe('explainSystemError on real errors of this system', () => {
  it('explains file errors with their path', async () => {
    const at = (name: string) => folder.file(name);
    await writeFile(at('file'), '');
    await mkdir(at('full/below'), { recursive: true });
    await symlink('round', at('round'));
    const attempts: [() => Promise<unknown>, string, RegExp][] = [
      [
        () => readFile(at('absent')),
        'ZOSIA_FILE_NOT_FOUND',
        /absent: it does not exist \(ENOENT\)$/,
      ],
      [
        () => readFile(at('file/x')),
        'ZOSIA_FILE_NOT_FOUND',
        /x: what stands above it is no folder/,
      ],
      [() => mkdir(at('file')), 'ZOSIA_FILE_UNREADABLE', /file: it exists already/],
      [() => rmdir(at('full')), 'ZOSIA_FILE_UNREADABLE', /full: the folder is not empty/],
      [() => open(at('round')), 'ZOSIA_FILE_UNREADABLE', /round: its symbolic links lead round/],
      [() => open(at('n'.repeat(300))), 'ZOSIA_FILE_UNREADABLE', /n: its name is too long/],
    ];
    for (const [attempt, code, message] of attempts) {
      const explained = explainSystemError(await errorOf(attempt()));
      expect(explained).toMatchObject({ code, message: expect.stringMatching(message) as string });
    }
    // Reading a folder names the call alone.
    expect(explainSystemError(await errorOf(readFile(folder.path)))).toMatchObject({
      message: 'the system call "read": it is a folder (EISDIR)',
    });
  });

  it('explains a refused connection as a network failure', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
    expect(isNetworkFailure(error)).toBe(true);
    expect(explainSystemError(error)).toMatchObject({ code: 'ZOSIA_NETWORK_FAILED' });
  });

  it('explains a command that is too long', () => {
    const { error } = spawnSync('true', ['x'.repeat(8 * 2 ** 20)]);
    expect(isOutOfResources(error)).toBe(true);
    expect(explainSystemError(error)!.message).toContain('the command is too long (E2BIG)');
  });
});
