import type { Text } from '../../wording.js';
import { option, wording } from '../../wording.js';
/** What QEMU says of a machine that cannot be, in zosia's words. */
export interface Complaint {
  readonly message: string;
  readonly hint: Text;
}

interface Known {
  readonly pattern: RegExp;
  readonly words: (groups: Readonly<Record<string, string>>) => Complaint;
}

/** QEMU 7.2 to 11; where the words have changed, the older ones come first. */
const KNOWN: readonly Known[] = [
  {
    pattern:
      /Invalid SMP CPUs (?<asked>\d+)\. The max CPUs supported by machine '[^']*' is (?<most>\d+)/,
    words: tooManyProcessors,
  },
  {
    pattern:
      /SMP CPUs requested \((?<asked>\d+)\) exceeds (?:the )?max(?:imum)? CPUs supported by machine '[^']*' \((?<most>\d+)\)/i,
    words: tooManyProcessors,
  },
  {
    pattern:
      /SMP cpus requested \((?<asked>\d+)\) exceeds the maximum cpus supported by KVM \((?<most>\d+)\)/i,
    words: tooManyProcessors,
  },
  { pattern: /unable to find CPU model '(?<model>[^']*)'/, words: noSuchModel },
  { pattern: /Invalid CPU (?:model|type): '?(?<model>[^'\s]+)/, words: noSuchModel },
  {
    pattern: /CPU type (?<model>\S+?)(?:-(?:arm|x86_64)-cpu)? not supported/,
    words: ({ model }) => ({
      message: `the machine cannot have the processor "${model!}"`,
      hint: MODELS,
    }),
  },
  {
    pattern: /CPU model '(?<model>[^']*)' requires (?<what>[\w ]+)/,
    words: ({ model, what }) => ({
      message: `the CPU model "${model!}" is there with ${what!} alone`,
      hint: wording`Leave out ${option('cpuModel')}, or name a model that can be emulated.`,
    }),
  },
  {
    pattern: /Property '(?<cpu>[^']*)-cpu\.(?<feature>[^']*)' not found/,
    words: ({ feature }) => ({
      message: `the CPU model has no property "${feature!}"`,
      hint: MODELS,
    }),
  },
  {
    pattern: /Expected key=value format, found (?<text>.*?)\.$/m,
    words: ({ text }) => ({
      message: `a CPU model's property is written name=value, not "${text!}"`,
      hint: wording`Change ${option('cpuModel')}: as in cortex-a72,pmu=off.`,
    }),
  },
  {
    pattern:
      /cannot set up guest memory|Address space limit|[Aa]ddressing limited to|ram size too large|RAM size more than|maximum memory size|at most \d+ MB RAM|Invalid RAM size|cannot be larger than/,
    words: () => ({
      message: 'the machine cannot have so much memory',
      hint: wording`Give less with ${option('ramMiB')}, in MiB, or leave it out.`,
    }),
  },
];

const MODELS = wording`Leave out ${option('cpuModel')}, or take a model that QEMU lists with -cpu help.`;

function tooManyProcessors({ asked, most }: Readonly<Record<string, string>>): Complaint {
  return {
    message: `the machine cannot have ${asked!} processors: at most ${most!}`,
    hint: wording`Give fewer with ${option('cpus')}, or leave it out.`,
  };
}

function noSuchModel({ model }: Readonly<Record<string, string>>): Complaint {
  return { message: `QEMU knows no CPU model "${model!}"`, hint: MODELS };
}

/** The first complaint that is known, in what a QEMU printed on stderr. */
export function knownComplaint(stderr: string): Complaint | undefined {
  for (const { pattern, words } of KNOWN) {
    const found = pattern.exec(stderr);
    if (found) return words(found.groups ?? {});
  }
  return undefined;
}
