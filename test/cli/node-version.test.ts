import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { OLDEST_NODE, refuseOldNode } from '../../src/cli/node-version.js';
import { ROOT } from '../docs/pages.js';
import { CLI } from '../support/cli.js';

describe('refuseOldNode', () => {
  it.each(['20.12.0', '20.20.2', '22.0.0', '24.1.0', '100.0.0', '21.0.0-nightly2023'])(
    'accepts %s',
    (version) => {
      expect(refuseOldNode(version)).toBe('');
    },
  );

  it.each(['20.11.1', '18.19.1', '12.22.9', '8.0.0'])('reports that %s is too old', (version) => {
    expect(refuseOldNode(version)).toMatch(/^error: .*20\.12 .*\nhint: {2}.*\n$/);
    expect(refuseOldNode(version)).toContain(version);
  });

  it('requires the same version as the engines in package.json', async () => {
    const { engines } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  });
});

describe('the command on an old Node.js', () => {
  it('prints that Node.js is too old, and does nothing else', async () => {
    const pretending = `Object.defineProperty(process, 'versions', { value: { node: '18.19.1' } })`;
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(pretending)}`];
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [...preload, CLI, '--help'],
      { reject: false, stripFinalNewline: false },
    );
    expect(stderr).toBe(refuseOldNode('18.19.1'));
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('loads nothing and has no newer syntax in its first file', async () => {
    const text = (await readFile(CLI, 'utf8')).replace(/^\s*\/\/.*$/gm, '');
    expect(text.match(/\brequire\(/g)).toHaveLength(1);
    expect(text).toMatch(/then\(function \(\) \{ return require\(/);
    expect(text).not.toMatch(/\bimport\b/);
    expect(text).not.toMatch(/\?\?|\?\.|\bawait\b|\|\|=|&&=|#[a-z]\w*[ =(;]|node:/);
  });
});
