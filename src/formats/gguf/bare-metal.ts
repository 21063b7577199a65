import { ZosiaError } from '../../errors.js';
import { shortened } from '../../wording.js';
import { ALIGNMENT_KEY, DEFAULT_ALIGNMENT_BYTES } from './layout.js';
import type { GgufHeader } from './reader.js';

/** What of a header decides whether the EFI machine runs a model. */
type BareMetalFacts = Pick<GgufHeader, 'metadata' | 'tensors'>;

/**
 * What the EFI application computes by itself, without llama.cpp; guest/engine refuses the same once it reads the
 * model. Each of these lists is what a refusal names.
 */
export const BARE_METAL = {
  /** `general.architecture` */
  architectures: ['llama', 'qwen2', 'qwen3', 'phi3', 'gemma3'],
  /** Types of tensors, by their names in ggml. */
  tensorTypes: 'F32 F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL MXFP4'.split(
    ' ',
  ),
  /** `tokenizer.ggml.model`: SentencePiece, and byte-level BPE. */
  tokenizers: ['llama', 'gpt2'],
  /**
   * `tokenizer.ggml.pre` of byte-level BPE: how a text is cut up first. Names behind the first one are the same
   * (llama.cpp, llama-vocab.cpp); none and an empty one stand for the default.
   */
  preTokenizers: [
    ['default', ''],
    [
      'gpt-2',
      'phi-2',
      'jina-es',
      'jina-de',
      'gigachat',
      'jina-v2-es',
      'jina-v2-de',
      'a.x-4.0',
      'mellum',
      'mpt',
      'olmo',
      'jais',
      'trillion',
      'exaone4',
    ],
    ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    // As llama-bpe, but a text begins without a token of its own unless the model says otherwise.
    ['dbrx', 'smaug-bpe'],
    ['glm4', 'chatglm-bpe'],
    ['qwen2', 'deepseek-r1-qwen', 'kormo', 'megrez', 'stablelm2', 'hunyuan', 'grok-2'],
    ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b'],
  ],
  /** The first names of those that begin a text with a token of its own where the model does not say. */
  beginningPreTokenizers: ['llama-bpe'],
  /** `rope.scaling.type`. What Llama 3.x scales by is in a tensor, and needs none of these. */
  ropeScalings: ['none', 'linear'],
  /** Of Phi-3, whose factors for short and long contexts are tensors. */
  longRope: { name: 'longrope', architecture: 'phi3' },
} as const;

/**
 * Checks that the EFI machine runs a model, which llama.cpp would load (`checkLoadable`). `name` stands for the model
 * in messages.
 *
 * @param header of the whole model: of a split one, the first part's with the tensors of all
 * @throws ZosiaError `ZOSIA_EFI_MODEL_UNSUPPORTED`, which says what is in the way, and what works
 */
export function checkBareMetal(header: BareMetalFacts, name: string): void {
  for (const rule of RULES) {
    const defect = rule(header);
    if (!defect) continue;
    throw new ZosiaError(
      'ZOSIA_EFI_MODEL_UNSUPPORTED',
      `the EFI machine does not run ${name}: ${defect.what}`,
      { hint: `${defect.works} The Linux machine runs what llama.cpp knows.` },
    );
  }
}

interface Defect {
  readonly what: string;
  /** What of its kind works: a sentence. */
  readonly works: string;
}

type Rule = (header: BareMetalFacts) => Defect | undefined;

const RULES: readonly Rule[] = [
  checkArchitecture,
  checkExperts,
  checkAttention,
  checkRope,
  checkTokenizer,
  checkTensorTypes,
  checkAlignment,
];

function checkArchitecture({ metadata }: BareMetalFacts): Defect | undefined {
  const architecture = metadata.get('general.architecture');
  if (isOneOf(BARE_METAL.architectures, architecture)) return undefined;
  return {
    what: `its architecture is ${shown(architecture)}`,
    works: `Those that it runs are ${listed(BARE_METAL.architectures)}.`,
  };
}

function checkExperts(header: BareMetalFacts): Defect | undefined {
  const count = own(header, 'expert_count');
  if (count === undefined || count === 0) return undefined;
  return {
    what: `it is a mixture of ${shown(count)} experts`,
    works: 'It runs dense models.',
  };
}

function checkAttention(header: BareMetalFacts): Defect | undefined {
  if (own(header, 'attention.causal') !== false) return undefined;
  return {
    what: 'its attention looks ahead, so it generates no text token by token',
    works: 'It runs models that generate text.',
  };
}

function checkRope(header: BareMetalFacts): Defect | undefined {
  const { ropeScalings, longRope } = BARE_METAL;
  const scaling = own(header, 'rope.scaling.type') ?? 'none';
  if (isOneOf(ropeScalings, scaling)) return undefined;
  const architecture = header.metadata.get('general.architecture');
  if (scaling === longRope.name && architecture === longRope.architecture) return undefined;
  return {
    what: `its context is stretched by ${shown(scaling)} (rope.scaling.type)`,
    works: `It knows ${listed(ropeScalings)}, ${longRope.name} of ${longRope.architecture}, and the factors of Llama 3.`,
  };
}

function checkTokenizer({ metadata }: BareMetalFacts): Defect | undefined {
  const { tokenizers, preTokenizers } = BARE_METAL;
  const tokenizer = metadata.get('tokenizer.ggml.model');
  if (!isOneOf(tokenizers, tokenizer)) {
    return {
      what: `its tokenizer is ${shown(tokenizer)}`,
      works: `It knows ${listed(tokenizers)}.`,
    };
  }
  const pre = metadata.get('tokenizer.ggml.pre') ?? '';
  if (tokenizer !== 'gpt2' || isOneOf(preTokenizers.flat(), pre)) return undefined;
  return {
    what: `its pre-tokenizer is ${shown(pre)}`,
    works: `It knows ${listed(preTokenizers.map(([first]) => first))}, and those that are the same.`,
  };
}

function checkTensorTypes({ tensors }: BareMetalFacts): Defect | undefined {
  const { tensorTypes } = BARE_METAL;
  const other = tensors.find(({ type }) => !isOneOf(tensorTypes, type.name));
  return (
    other && {
      what: `its tensor ${shown(other.name)} is of type ${other.type.name}`,
      works: `It reads ${listed(tensorTypes)}.`,
    }
  );
}

/** The specification's least, with which floats can be read where they are. */
const MIN_ALIGNMENT = 8;

function checkAlignment({ metadata }: BareMetalFacts): Defect | undefined {
  const alignment = metadata.get(ALIGNMENT_KEY) ?? DEFAULT_ALIGNMENT_BYTES;
  if (Number(alignment) % MIN_ALIGNMENT === 0) return undefined;
  return {
    what: `its tensors begin at multiples of ${shown(alignment)} (${ALIGNMENT_KEY})`,
    works: `It reads those that begin at multiples of ${MIN_ALIGNMENT}.`,
  };
}

function own({ metadata }: BareMetalFacts, key: string): unknown {
  const architecture = metadata.get('general.architecture');
  return typeof architecture === 'string' ? metadata.get(`${architecture}.${key}`) : undefined;
}

const isOneOf = (known: readonly string[], value: unknown): boolean =>
  typeof value === 'string' && known.includes(value);

/** No name is as long as what a damaged file may have in its place. */
const MAX_SHOWN_CHARACTERS = 80;

const shown = (value: unknown): string => {
  if (value === undefined) return 'not stated';
  if (typeof value === 'string') return JSON.stringify(shortened(value, MAX_SHOWN_CHARACTERS));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a list';
};

const listed = (names: readonly string[]): string => names.join(', ');
