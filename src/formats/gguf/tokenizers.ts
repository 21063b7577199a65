/** What llama.cpp wants of a vocabulary of a kind. */
export interface TokenizerRules {
  /** Whether there are tokens at all. */
  readonly tokens: boolean;
  /** Whether merges are required. */
  readonly merges?: boolean | undefined;
  /** Whether a pre-tokenizer that is not known is refused. */
  readonly preTokenizer?: boolean | undefined;
}

const named = (names: string, rules: TokenizerRules): [string, TokenizerRules][] =>
  names.split(' ').map((name) => [name, rules]);

/** The tokenizers of the pinned llama.cpp (`tokenizer.ggml.model`). */
export const TOKENIZERS: ReadonlyMap<string, TokenizerRules> = new Map([
  ...named('none no_vocab', { tokens: false }),
  ...named('llama bert t5 rwkv plamo2 plamo3 test', { tokens: true }),
  ...named('gemma4', { tokens: true, merges: true }),
  ...named('gpt2 hybriddna whitespace', { tokens: true, merges: true, preTokenizer: true }),
]);

const PRE_TOKENIZER_NAMES = `
  a.x-4.0 afmoe bailingmoe bailingmoe2 bloom chameleon chatglm-bpe codeshell cohere2moe
  command-r dbrx deepseek-coder deepseek-llm deepseek-r1-qwen deepseek-v3 default exaone
  exaone-moe exaone4 f2llmv2 falcon falcon-h1 falcon3 gemma4 gigachat glm4 glm5 gpt-2 gpt-4o
  gpt3-finnish granite-docling granite-embed-multi-311m granite-embed-multi-97m grok-2 hunyuan
  hunyuan-dense hy_v4 jais jais-2 jina-de jina-es jina-v1-en jina-v2-code jina-v2-de jina-v2-es
  jina-v5-nano joyai-llm k2-horizon kanana2 kimi-k2 kormo laguna lfm2 llada-moe llama-bpe
  llama-v3 llama3 llama4 megrez mellum mellum2 midm-2.0 minerva-7b minicpm5 minimax-m2 mmbert
  modern-bert mpt olmo phi-2 pixtral poro-chat qwen2 qwen35 refact roberta-bpe sarvam-moe
  seed-coder smaug-bpe smollm solar-open spark2_5 stablelm2 starcoder superbpe talkie tekken
  tiny_aya trillion ufakzeka viking whitespace youtu
`;

/** The pre-tokenizers that it knows (`tokenizer.ggml.pre`); an empty name stands for the default. */
export const PRE_TOKENIZERS: ReadonlySet<string> = new Set([
  '',
  ...PRE_TOKENIZER_NAMES.trim().split(/\s+/),
]);
