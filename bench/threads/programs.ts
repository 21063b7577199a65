import { execa } from 'execa';
import { CLI } from '../../test/support/cli.js';

/** Rates in tokens per second. */
export interface Measured {
  readonly tokPerS: number;
  readonly promptTokPerS: number;
}

/** A way to generate text in the guest. */
export interface Program {
  readonly name: string;
  /** Whether it has to be given a model that was trained: another one's first token may end its answer. */
  readonly needsTrained?: true | undefined;
  measure(job: Job): Promise<Measured>;
}

/** What is to be measured. */
export interface Job {
  readonly gguf: string;
  /** Options of the machine, which all programs take. */
  readonly machine: readonly string[];
  /** The guest's boot flags. */
  readonly flags: readonly string[];
  /** How many are generated. */
  readonly tokens: number;
  /** Where what is built is kept. */
  readonly folder: string;
}

const PROMPT = 'Once upon a time there was a lighthouse on a small island in the sea.';

const common = ({ gguf, machine, flags, tokens }: Job): string[] => [
  gguf,
  ...machine,
  '-n',
  String(tokens),
  '--append',
  flags.join(' '),
];

/** By llama.cpp's own clock. */
const perf: Program = {
  name: 'perf',
  async measure(job) {
    const args = ['perf', 'run', ...common(job), '--profile', 'none', '--json'];
    const { stdout } = await execa(process.execPath, [CLI, ...args], { cwd: job.folder });
    return (JSON.parse(stdout) as { runs: Measured[] }).runs[0]!;
  },
};

/** By the host's clock, as the answer comes in: what a user sees. */
const oneShot: Program = {
  name: 'one-shot',
  async measure(job) {
    // All of the tokens are wanted, for their number to be known.
    const flags = [...job.flags, 'zosia.llama_args=--ignore-eos'];
    const args = ['up', ...common({ ...job, flags }), '--temp', '0', '--prompt', PROMPT];
    const child = execa(process.execPath, [CLI, ...args], {
      cwd: job.folder,
      stdin: 'ignore',
      buffer: false,
    });
    const times: number[] = [];
    child.stdout.on('data', () => times.push(performance.now()));
    await child;
    const seconds = (times.at(-1)! - times[0]!) / 1000;
    // When the guest began to read the prompt is not to be seen from outside.
    return { tokPerS: (job.tokens - 1) / seconds, promptTokPerS: NaN };
  },
};

/** As llama-cli says it after its answer. */
const chat: Program = {
  name: 'chat',
  needsTrained: true,
  async measure(job) {
    const { stdout } = await execa(process.execPath, [CLI, 'up', ...common(job), '--temp', '0'], {
      cwd: job.folder,
      input: `${PROMPT}\n`,
    });
    const found = /\[ Prompt: ([\d.]+) t\/s \| Generation: ([\d.]+) t\/s \]/.exec(stdout);
    if (!found) throw new Error(`no speed in what llama-cli said:\n${stdout}`);
    return { promptTokPerS: Number(found[1]), tokPerS: Number(found[2]) };
  },
};

export const PROGRAMS: readonly Program[] = [perf, oneShot, chat];

export function programNamed(name: string): Program {
  const found = PROGRAMS.find((program) => program.name === name);
  if (found) return found;
  throw new Error(`--program is one of ${PROGRAMS.map((program) => program.name).join(', ')}`);
}
