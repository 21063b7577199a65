import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { launchAgent } from '../../../src/serve/service/launch-agent.js';
import { zosiaError } from '../../support/errors.js';
import { skipWhere } from '../../support/skipping.js';
import { ODD_ARGUMENTS, specWith } from './service-specs.js';

/** Apple's own format, read by somebody else. */
const TO_JSON = `
import json, plistlib, sys
json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)
`;
const reads = spawnSync('python3', ['-c', 'import plistlib']).status === 0;

function parsed(plist: string): unknown {
  const { stdout, stderr } = spawnSync('python3', ['-c', TO_JSON], {
    input: plist,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('launchAgent', () => {
  it.each(['\u0001', '\u001b[1m', '\ufffe'])('refuses what XML cannot have: %j', (text) => {
    expect(() => launchAgent(specWith({ args: [text] }), '/Users/zoë')).toThrow(
      zosiaError('ZOSIA_SERVICE_INVALID'),
    );
  });

  it('has no sockets, which Node.js could not be given', () => {
    expect(launchAgent(specWith(), '/Users/zoë')).not.toContain('<key>Sockets</key>');
  });
});

describe('a property list, as Python reads it', skipWhere(!reads, 'no python3 here'), () => {
  it('has all that the agent is given, as it was given', () => {
    const environment = { PATH: '/a b:/<c>&', EMPTY: '', LINES: 'x\ny' };
    const spec = specWith({ name: 'mine', args: ODD_ARGUMENTS, environment });
    expect(parsed(launchAgent(spec, '/Users/zoë & co'))).toEqual({
      Label: 'local.mine',
      WorkingDirectory: '/',
      ProgramArguments: ['/usr/bin/env', ...ODD_ARGUMENTS],
      EnvironmentVariables: environment,
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ProcessType: 'Interactive',
      Umask: 0o077,
      ExitTimeOut: 30,
      StandardOutPath: '/Users/zoë & co/Library/Logs/mine.log',
      StandardErrorPath: '/Users/zoë & co/Library/Logs/mine.log',
    });
  });

  it('has no variables where there are none', () => {
    expect(parsed(launchAgent(specWith(), '/Users/zoë'))).toMatchObject({
      EnvironmentVariables: {},
    });
  });
});
