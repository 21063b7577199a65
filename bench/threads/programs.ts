import { execa } from 'execa';

/** Rates in tokens per second. */
export interface Measured {
  readonly tokPerS: number;
  readonly promptTokPerS: number;
}

/** A way to generate text in the guest. */
export interface Program {
  readonly name: string;
  /**
   * @param machine options that all of them take
   * @param tokens how many are generated
   */
  measure(
    cli: string,
    gguf: string,
    machine: readonly string[],
    tokens: number,
    folder: string,
  ): Promise<Measured>;
}

const PROMPT = 'Once upon a time there was a lighthouse on a small island in the sea.';

/** By llama.cpp's own clock. */
const perf: Program = {
  name: 'perf',
  async measure(cli, gguf, machine, _tokens, folder) {
    const args = [cli, 'perf', 'run', gguf, ...machine, '--profile', 'none', '--json'];
    const { stdout } = await execa(process.execPath, args, { cwd: folder });
    return (JSON.parse(stdout) as { runs: Measured[] }).runs[0]!;
  },
};

/** By the host's clock, as the answer comes in: what a user sees. */
const oneShot: Program = {
  name: 'one-shot',
  async measure(cli, gguf, machine, tokens, folder) {
    const args = [cli, 'up', gguf, ...machine, '--temp', '0', '--prompt', PROMPT];
    const child = execa(process.execPath, args, { cwd: folder, stdin: 'ignore', buffer: false });
    let [first, last] = [0, 0];
    for await (const _ of child.stdout as AsyncIterable<Buffer>) {
      last = performance.now();
      first ||= last;
    }
    await child;
    // When the machine began to read is not to be seen from outside.
    return { tokPerS: ((tokens - 1) * 1000) / (last - first), promptTokPerS: NaN };
  },
};

/** As llama-cli says it after its answer. */
const chat: Program = {
  name: 'chat',
  async measure(cli, gguf, machine, _tokens, folder) {
    const args = [cli, 'up', gguf, ...machine, '--temp', '0'];
    const { stdout } = await execa(process.execPath, args, { cwd: folder, input: `${PROMPT}\n` });
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
