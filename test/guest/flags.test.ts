import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

/** The values without any flags on the command line. */
const DEFAULTS = [
  ...['diag 0', 'selftest 0', 'perf 0', 'ci 0', 'verbose 0'],
  ...['tokens 64', 'threads 0', 'batch_threads 0', 'time_limit -1', 'wait sleep'],
];

describe('the boot flags', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'parse_flags', [
      ...[
        'request/argument_list',
        'request/command_line',
        'kernel/file',
        'request/flags',
        'kernel/queue',
        'text/text',
      ],
    ]);
  });

  /** The lines that differ from the defaults. */
  async function flags(commandLine: string): Promise<string[]> {
    const { stdout } = await execa(program, { input: commandLine });
    return stdout.split('\n').filter((line) => !DEFAULTS.includes(line));
  }

  it.each<[string, string[]]>([
    ['', []],
    ['\n', []],
    ['console=ttyS0 quiet ci=1 notzosia.ci=1 panic=-1\n', []],
    ['zosia.ci=1 quiet zosia.diag=1\n', ['diag 1', 'ci 1']],
    ['zosia.selftest zosia.verbose', ['selftest 1', 'verbose 1']],
    ['zosia.perf=1 zosia.perf.tokens=128', ['perf 1', 'tokens 128']],
    ['zosia.ci=1 zosia.ci=0', []],
    ['zosia.llama_threads=4 zosia.llama_batch_threads=6', ['threads 4', 'batch_threads 6']],
    ['zosia.llama-threads=4 zosia.llama-batch_threads=006', ['threads 4', 'batch_threads 6']],
    ['zosia.llama_threads=4 zosia.llama_threads=5', ['threads 5']],
    ['"zosia.llama_threads=4" zosia.perf.tokens="9"', ['tokens 9', 'threads 4']],
    ['zosia.time_limit=0', ['time_limit 0']],
    ['zosia.llama_wait=spin', ['wait spin']],
    ['zosia.llama-wait="spin"', ['wait spin']],
    ['zosia.llama_wait=spin zosia.llama_wait=sleep', []],
    [
      'zosia.time_limit=2592000 zosia.perf.tokens=1000000',
      ['tokens 1000000', 'time_limit 2592000'],
    ],
  ])('are parsed from %j as %j', async (commandLine, expected) => {
    expect(await flags(commandLine)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['-c,2048', ['-c', '2048']],
    ['one', ['one']],
    ['', []],
    [',', ['', '']],
    ['--in-prefix,,-c,9', ['--in-prefix', '', '-c', '9']],
    ['a\\,b,c', ['a,b', 'c']],
    ['a\\\\,b', ['a\\', 'b']],
    ['a\\\\\\,b', ['a\\,b']],
    ['\\n,C:\\x\\', ['\\n', 'C:\\x\\']],
    ['"-p,two words,-c,9"', ['-p', 'two words', '-c', '9']],
    ['-p,say"all this"so', ['-p', 'say"all this"so']],
    ['a=b,c=d', ['a=b', 'c=d']],
    ['żółw,日本', ['żółw', '日本']],
  ])('splits the arguments %j into %j', async (value, expected) => {
    expect(await flags(`quiet zosia.llama_args=${value} panic=-1`)).toEqual(
      expected.map((argument) => `argument ${argument}`),
    );
  });

  it('uses only the last of two argument lists', async () => {
    const commandLine = 'zosia.llama_args=a,b zosia.llama_args=c';
    expect(await flags(commandLine)).toEqual(['argument c']);
  });

  it.each([
    'zosia.foo',
    'zosia.foo=1',
    'zosia.',
    'zosia.CI=1',
    'zosia.perf.token=4',
    'zosia.perf.tokens.x=4',
    'zosia.cis=1',
    'zosia.c=1',
    'zosia.llama_arg=a',
  ])('reports the unknown flag %s', async (flag) => {
    expect(await flags(`${flag} zosia.ci=1`)).toEqual([
      `zosia: ignoring unknown boot flag ${flag}`,
      'ci 1',
    ]);
  });

  it.each([
    ...['zosia.ci=', 'zosia.ci=2', 'zosia.ci=yes', 'zosia.ci=10', 'zosia.verbose=-1'],
    ...[
      'zosia.perf.tokens',
      'zosia.perf.tokens=',
      'zosia.perf.tokens=0',
      'zosia.perf.tokens=1000001',
    ],
    ...['zosia.llama_threads=0', 'zosia.llama_threads=513', 'zosia.llama_threads=-1'],
    ...['zosia.llama_threads=4x', 'zosia.llama_threads=+4', 'zosia.llama_threads=0x4'],
    ...['zosia.llama_batch_threads=4.5', 'zosia.llama_batch_threads=4294967297'],
    ...['zosia.llama_batch_threads=18446744073709551617', 'zosia.time_limit=2592001'],
    ...['zosia.time_limit=99999999999999999999999999', 'zosia.llama_args'],
    ...['zosia.llama_wait', 'zosia.llama_wait=', 'zosia.llama_wait=1', 'zosia.llama_wait=Spin'],
  ])('reports the malformed flag %s', async (flag) => {
    expect(await flags(`${flag} zosia.ci=1`)).toEqual([
      `zosia: ignoring malformed boot flag ${flag}`,
      'ci 1',
    ]);
  });

  it('removes control characters from a reported flag, and cuts a long one', async () => {
    expect(await flags('zosia.\u001b[2Jx="a\u0007\nb"')).toEqual([
      'zosia: ignoring unknown boot flag zosia.?[2Jx=a??b',
    ]);
    expect(await flags(`zosia.${'n'.repeat(2000)}=${'v'.repeat(2000)}`)).toEqual([
      `zosia: ignoring unknown boot flag zosia.${'n'.repeat(57)}=${'v'.repeat(63)}`,
    ]);
  });

  it('accepts 256 arguments, and rejects a list of more', async () => {
    const list = (count: number): string => Array.from({ length: count }, (_, i) => i).join(',');
    expect(await flags(`zosia.llama_args=${list(256)}`)).toHaveLength(256);
    const lines = await flags(`zosia.llama_args=${list(257)} zosia.ci`);
    expect(lines).toEqual([
      expect.stringMatching(/malformed boot flag zosia.llama_args=0/),
      'ci 1',
    ]);
  });

  it('keeps the valid value when a later flag of the same name is malformed', async () => {
    const many = Array.from({ length: 257 }, (_, i) => i).join(',');
    const lines = await flags(
      `zosia.llama_args=-c,9 zosia.llama_args=${many} zosia.llama_args ` +
        'zosia.llama_threads=4 zosia.llama_threads=x zosia.ci=1 zosia.ci=2',
    );
    expect(lines.filter((line) => !line.includes('malformed'))).toEqual([
      ...['ci 1', 'threads 4', 'argument -c', 'argument 9'],
    ]);
  });

  it('returns any arguments that a quoted list can carry', async () => {
    const argument = fc.stringMatching(/^[ a-c,\\=é'-]{0,8}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 6 }), async (list) => {
        fc.pre(!(list.length === 1 && list[0] === ''));
        const value = list.map((text) => text.replace(/[\\,]/g, '\\$&')).join(',');
        const lines = await flags(`quiet zosia.llama_args="${value}" zosia.ci=1`);
        expect(lines).toEqual(['ci 1', ...list.map((text) => `argument ${text}`)]);
      }),
      { numRuns: 200, examples: [[['\\', ',', '\\,']], [['', '']], [['a\\']]] },
    );
  });
});

describe('the kernel command line', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'split_command_line', [
      ...['request/command_line', 'kernel/queue', 'text/text'],
    ]);
  });

  async function split(commandLine: string): Promise<string[]> {
    const { stdout } = await execa(program, { input: commandLine, stripFinalNewline: false });
    return stdout.split('\n').slice(0, -1);
  }

  it.each<[string, string[]]>([
    ['a b=c', ['a', 'b\tc']],
    ['  a\t\nb ', ['a', 'b']],
    ['a=b=c', ['a\tb=c']],
    ['a= b', ['a\t', 'b']],
    ['=a', ['=a']],
    ['a="b c" d', ['a\tb c', 'd']],
    ['"a=b c" d', ['a\tb c', 'd']],
    ['"a b" c', ['a b', 'c']],
    ['a="" b', ['a\t', 'b']],
    ['a=b"c d"e f', ['a\tb"c d"e', 'f']],
    ['a="b c', ['a\tb c']],
    ['a="', ['a\t']],
    ['"', ['']],
    ['""', ['']],
    ['"a="b""', ['a\tb']],
  ])('%j is split into %j', async (commandLine, parameters) => {
    expect(await split(commandLine)).toEqual(parameters);
  });

  it('is split as by an independent implementation of the rules', async () => {
    const unquote = (text: string): string => text.replace(/^"(.*?)"?$/s, '$1');
    const rules = (commandLine: string): string[] =>
      (commandLine.match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? []).map((word) => {
        const parameter = unquote(word);
        const equals = parameter.indexOf('=', 1);
        if (equals < 0) return parameter;
        return `${parameter.slice(0, equals)}\t${unquote(parameter.slice(equals + 1))}`;
      });
    const piece = fc.constantFrom('a', 'b', '=', ' ', '  ', '"', '"x y"', 'n="v w"', '-', '.');
    // Quotes within quotes are left to the kernel: each word begins with a letter.
    const word = fc.array(piece, { maxLength: 8 }).map((pieces) => `w${pieces.join('')}`);
    await fc.assert(
      fc.asyncProperty(word, async (commandLine) => {
        expect(await split(commandLine)).toEqual(rules(commandLine));
      }),
      { numRuns: 200, examples: [['w "'], ['w ""'], ['w="" "']] },
    );
  });
});
