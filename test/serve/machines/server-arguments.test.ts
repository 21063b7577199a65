import { describe, expect, it } from 'vitest';
import {
  checkServerArguments,
  serverArguments,
} from '../../../src/serve/machines/server-arguments.js';
import { zosiaError } from '../../support/errors.js';

describe('the arguments of a user for llama-server', () => {
  it('are passed on', () => {
    checkServerArguments([]);
    const args = '--cache-reuse 256 --temp 0 -fa on --reasoning-format none --samplers tools';
    checkServerArguments(args.split(' '));
    checkServerArguments(['--grammar', 'root ::= "--tools"', '--jinja', '-b', '512', '__proto__']);
  });

  it.each([
    ['--tools', /open the machine up/],
    ['--tools=all', /open the machine up/],
    ['--agent', /open the machine up/],
    ['-ag', /open the machine up/],
    ['--mcp-servers-json', /open the machine up/],
    ['--mcp-servers-json={}', /open the machine up/],
    ['--mcp_servers_json', /open the machine up/],
    ['--mcp_servers-config', /open the machine up/],
    ['--media-path', /open the machine up/],
    ['--slot-save-path', /open the machine up/],
    ['--rpc', /open the machine up/],
    ['--chat-template-file', /has no files of this host/],
    ['--grammar_file=/etc/passwd', /has no files of this host/],
    ['-jf', /has no files of this host/],
    ['--control-vector', /has no files of this host/],
    ['--video-ffmpeg-dir', /has no files of this host/],
    ['--host', /zosia decides that itself/],
    ['--port=80', /zosia decides that itself/],
    ['--api-key', /zosia decides that itself/],
    ['-m', /zosia decides that itself/],
    ['-hf', /zosia decides that itself/],
    ['--alias', /zosia decides that itself/],
  ])('are refused, wherever they stand: %s', (argument, why) => {
    for (const args of [[argument], ['--temp', '0', argument, 'x']]) {
      const check = () => {
        checkServerArguments(args);
      };
      expect(check).toThrow(zosiaError('ZOSIA_SERVER_ARGUMENT_REFUSED'));
      expect(check).toThrow(why);
      expect(check).toThrow(`${argument} is not passed on`);
    }
  });
});

describe('what llama-server is told of its model', () => {
  it('is its name, and for texts nothing else', () => {
    expect(serverArguments({ role: 'text', contextTokens: 512, name: 'phi' })).toEqual([
      '--alias',
      'phi',
    ]);
  });

  it.each(['embedding', 'rerank'] as const)('takes a whole text at once for %s', (role) => {
    expect(serverArguments({ role, pooling: 'cls', contextTokens: 512, name: 'bge' })).toEqual(
      `--alias bge --${role} --batch-size 512 --ubatch-size 512`.split(' '),
    );
  });

  it.each([undefined, 'none'] as const)('makes one vector of a text where it has %s', (pooling) => {
    const use = { pooling, contextTokens: 512, name: 'x' };
    expect(serverArguments({ role: 'embedding', ...use })).toEqual(
      expect.arrayContaining(['--pooling', 'mean']),
    );
    // llama-server ranks by itself then.
    expect(serverArguments({ role: 'rerank', ...use })).not.toContain('--pooling');
    expect(serverArguments({ role: 'text', ...use })).not.toContain('--pooling');
  });

  it('is no name with a comma, where llama.cpp would take it for two', () => {
    expect(serverArguments({ role: 'text', contextTokens: 512, name: 'a,b' })).toEqual([]);
  });
});
