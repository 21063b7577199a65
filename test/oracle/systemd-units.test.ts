import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceSpec } from '../../src/serve/service/service-spec.js';
import { serviceUnit, socketUnit } from '../../src/serve/service/systemd-units.js';
import { ODD_ARGUMENTS, specWith } from '../serve/service/service-specs.js';
import { hasProgram, programPath } from '../support/programs.js';
import { skipWhere } from '../support/skipping.js';
import { unprivilegedUser } from '../support/unprivileged.js';

/** The service manager itself, which is on nobody's PATH. */
const SYSTEMD = programPath('systemd', '/usr/lib/systemd:/lib/systemd');

const ODD: ServiceSpec = specWith({
  args: [...ODD_ARGUMENTS, '\u0001\u001b\u007f'],
  environment: { PLAIN: 'x', ODD: '$HOME "%h" it\'s \\n żółw; #', EMPTY: '' },
  listen: [
    { host: '127.0.0.1', port: 9931 },
    { host: '::1', port: 9931 },
    { host: 'fe80::1%lo', port: 9932 },
  ],
});

/** A home of a user who has both units of a service, for programs that do not run as root. */
class UnitFolder {
  #root = '';

  readonly make = async (): Promise<void> => {
    this.#root = await mkdtemp(join(tmpdir(), 'zosia units-'));
    await chmod(this.#root, 0o755);
    await mkdir(join(this.#root, 'run'));
    await mkdir(this.units, { recursive: true });
  };

  readonly remove = () => rm(this.#root, { recursive: true });

  get units(): string {
    return join(this.#root, 'systemd', 'user');
  }

  async write(spec: ServiceSpec): Promise<void> {
    await writeFile(join(this.units, `${spec.name}.service`), serviceUnit(spec));
    await writeFile(join(this.units, `${spec.name}.socket`), socketUnit(spec));
  }

  async run(program: string, ...args: string[]) {
    const user = await unprivilegedUser();
    await user.own(this.#root);
    const env = {
      HOME: this.#root,
      XDG_CONFIG_HOME: this.#root,
      XDG_RUNTIME_DIR: join(this.#root, 'run'),
      SYSTEMD_LOG_TARGET: 'console',
      SYSTEMD_LOG_COLOR: '0',
    };
    return execa(program, args, { ...user.ids, env, reject: false, all: true, cwd: this.units });
  }
}

describe(
  'systemd-analyze verify',
  skipWhere(!hasProgram('systemd-analyze'), 'no systemd-analyze here'),
  () => {
    const folder = new UnitFolder();
    beforeAll(folder.make);
    afterAll(folder.remove);

    const verify = (name: string) =>
      folder.run(
        'systemd-analyze',
        ...['--user', 'verify', '--man=no'],
        ...[join(folder.units, `${name}.service`), join(folder.units, `${name}.socket`)],
      );

    it.each([
      { what: 'a plain service', spec: specWith({ name: 'plain' }) },
      { what: 'one of odd arguments', spec: ODD },
    ])('has nothing to say of the units of $what', async ({ spec }) => {
      await folder.write(spec);
      expect(await verify(spec.name)).toMatchObject({ exitCode: 0, all: '' });
    });

    it('says so of a directive that it does not know', async () => {
      const spec = specWith({ name: 'broken' });
      await folder.write(spec);
      const unit = serviceUnit(spec).replace('KillMode=', 'KillMood=');
      await writeFile(join(folder.units, 'broken.service'), unit);
      expect((await verify('broken')).all).toMatch(/KillMood/);
    });
  },
);

describe('a service, as systemd reads it', skipWhere(!SYSTEMD, 'no systemd here'), () => {
  const folder = new UnitFolder();
  beforeAll(folder.make);
  afterAll(folder.remove);

  it('has the arguments, variables and addresses that it was given', async () => {
    await folder.write(ODD);
    const args = ['--user', '--test', '--no-pager', '--unit=zosia.service'];
    const { stdout } = await folder.run(SYSTEMD!, ...args);
    const service = section(stdout, 'zosia.service');
    const [command] = /(?<=Command Line: ).*/.exec(service)!;
    // What is left are variables: two dollar signs are one, and a single one would begin a name.
    const words = shellWords(command);
    for (const each of words) expect(each.replaceAll('$$', '')).not.toContain('$');
    expect(words.map((each) => each.replaceAll('$$', '$'))).toEqual([ODD.command, ...ODD.args]);
    expect(service.match(/(?<=\tEnvironment: ).*/g)).toEqual(
      Object.entries(ODD.environment).map(([name, value]) => `${name}=${value}`),
    );
    expect(service).toMatch(/OOMPolicy: continue/);
    expect(service).toMatch(/KillMode: mixed/);

    const socket = section(stdout, 'zosia.socket');
    expect(socket).toMatch(/ListenStream: 127\.0\.0\.1:9931/);
    expect(socket).toMatch(/ListenStream: \[::1\]:9931/);
    expect(socket).toMatch(/ListenStream: \[fe80::1\]:9932%lo/);
    expect(socket).toMatch(/Triggers: zosia\.service/);
  });
});

/** What the manager says of one unit. */
function section(dump: string, unit: string): string {
  const [, rest] = dump.split(`-> Unit ${unit}:\n`);
  expect(rest, dump.slice(0, 2000)).toBeDefined();
  return rest!.split('\t-> Unit ')[0]!;
}

const NAMED: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The words of a line as systemd prints it: each plain, or in double quotes with escapes of C. */
function shellWords(line: string): string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|[^ ]+/g) ?? [];
  return words.map((word) =>
    word.startsWith('"')
      ? word
          .slice(1, -1)
          .replace(
            /\\(?:x([0-9a-f]{2})|([0-7]{3})|(.))/g,
            (_, hex?: string, octal?: string, other?: string) =>
              other === undefined
                ? String.fromCharCode(hex ? parseInt(hex, 16) : parseInt(octal!, 8))
                : (NAMED[other] ?? other),
          )
      : word,
  );
}
