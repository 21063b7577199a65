import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { folders } from './environment.js';
import { requireOneOf } from './options/machine.js';
import { archOption, chosenArchitecture } from './options/values.js';
import { ZosiaError } from '../errors.js';
import type { Architecture } from '../artifacts/architectures.js';
import { EXIT, print, printJson, say, warn } from './output/output.js';
import { translatedNotes } from '../machine/qemu/macos.js';
import type { DoctorReport } from '../doctor/check.js';
import type { AcceleratorFact, TriedFact } from '../doctor/host-facts.js';
import { PURPOSES, nameOf } from '../doctor/requirement.js';
import type { Purpose } from '../doctor/requirement.js';

interface Options {
  arch?: Architecture | undefined;
  for: Purpose;
  install?: true | undefined;
  yes?: true | undefined;
  json?: true | undefined;
}

export function defineDoctor(command: Command, { signal, result }: CliContext): void {
  command
    .addOption(archOption())
    .addOption(
      new Option('--for <purpose>', 'what the host is to do').choices(PURPOSES).default('up'),
    )
    .option('--install', 'install what is missing, with apt or Homebrew (Apple silicon)')
    .option('--yes', 'with --install: do not ask first')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Exit status 1 means that something is missing. On a terminal --install asks before it installs.`,
    )
    .action(async (options: Options) => {
      requireOneOf(command, '--yes', ['--install']);
      const [{ verifyHost }, { thisHost }, { installMissing }] = await Promise.all([
        import('../doctor/check.js'),
        import('../doctor/host.js'),
        import('../doctor/install.js'),
      ]);
      const arch = chosenArchitecture(options.arch);
      const host = thisHost(folders());
      let report = await verifyHost({ purpose: options.for, arch }, host);
      if (options.install) {
        if (report.missing.length === 0 && !options.json) {
          // Silence suits a script; a person waits for a word.
          if (process.stderr.isTTY) say('nothing is missing');
          return;
        }
        // Where nobody can be asked, --install is taken at its word.
        const yes = options.yes === true || !process.stdin.isTTY;
        report = await installMissing(report, { yes, confirm, signal, log: say }, host);
      }
      const docker = COMPILING.includes(options.for) ? await dockerFact(signal) : undefined;
      if (options.json) printJson(docker ? { ...report, docker } : report);
      else printReport(report, docker);
      if (report.missing.length > 0) result.exitStatus = EXIT.failed;
    });
}

/** For these Docker will do as well as what is required of the host. */
const COMPILING: readonly Purpose[] = ['build', 'kernel'];

interface DockerFact {
  readonly answers: boolean;
  /** Why it does not. */
  readonly reason?: string | undefined;
}

async function dockerFact(signal: AbortSignal): Promise<DockerFact> {
  const { DockerClient } = await import('../toolchain/docker/client.js');
  try {
    await DockerClient.connect(folders().searchPath, signal);
    return { answers: true };
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    return { answers: false, reason: error.message };
  }
}

const describeDocker = ({ answers, reason }: DockerFact): string =>
  answers
    ? 'answers, so zosia build uses it; what is below is for --builder host'
    : `${reason ?? 'unknown'}, so zosia build uses what is below`;

async function confirm(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes)?$/i.test((await terminal.question(`${question} [Y/n] `)).trim());
  } finally {
    terminal.close();
  }
}

function printReport(
  { requirements, missing, facts, packages }: DoctorReport,
  docker: DockerFact | undefined,
): void {
  const { platform, release, processor, nodeVersion, accelerators } = facts;
  print(`host     ${platform} ${release}, ${processor}, Node ${nodeVersion}`);
  for (const note of translatedNotes(facts.isTranslated)) warn(note);
  print(`speed    ${accelerators.map(describeAccelerator).join(', ') || 'no accelerator'}`);
  print(`restore  ${describeRestore(facts.restore)}`);
  print(`memory   ${facts.freeMemoryMiB} MiB free of ${facts.totalMemoryMiB}`);
  const room =
    facts.freeDiskMiB === undefined
      ? 'no folder can be made there'
      : `${facts.freeDiskMiB} MiB free there`;
  print(`cache    ${facts.cacheDirectory} (${room})`);
  if (docker) print(`docker   ${describeDocker(docker)}`);
  for (const requirement of requirements) {
    const { use, path } = requirement;
    const state = path === undefined ? 'missing' : 'ok     ';
    print(`${state}  ${nameOf(requirement).padEnd(22)} ${use}`);
  }
  if (missing.length > 0) say(`hint: zosia doctor --install (${packages.manager ?? 'by hand'})`);
}

function describeAccelerator({ name, present, works, reason }: AcceleratorFact): string {
  if (!present) return `no ${name}: ${reason ?? 'unknown'}`;
  if (works === undefined) return `${name} is there (not tried)`;
  return works ? `${name} works` : `${name} is there, but cannot be used: ${reason ?? 'unknown'}`;
}

function describeRestore({ works, reason }: TriedFact): string {
  if (works === undefined) return 'saved machines are not tried yet: the first zosia up does that';
  return works ? 'saved machines go on' : `saved machines cannot go on: ${reason ?? 'unknown'}`;
}
