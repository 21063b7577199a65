/** Which files the EFI application loads. */
export interface Llama2cSettings {
  /** Paths from the root of the volume, with slashes. */
  readonly model: string;
  readonly tokenizer: string;
}

/** Where the application looks for its settings: guest/efi/README.md, as everything here. */
export const SETTINGS_PATH = '/llama2.cfg';
export const MAX_SETTINGS_BYTES = 1 << 20;

export const DEFAULT_SETTINGS: Llama2cSettings = {
  model: 'stories15M.bin',
  tokenizer: 'tokenizer.bin',
};

/**
 * The files that settings name. As in the application, bad lines have no effect, and a setting that is
 * given twice has its first value.
 */
export function parseSettings(bytes: Uint8Array): Llama2cSettings {
  const found = new Map<string, string>();
  for (const line of new TextDecoder('utf-8').decode(bytes).split('\n')) {
    const equals = line.indexOf('=');
    if (equals < 0 || line.includes('\0')) continue;
    const name = withoutBlanks(line.slice(0, equals));
    const value = withoutBlanks(line.slice(equals + 1).replace(/\r$/, ''));
    if (value !== '' && !found.has(name)) found.set(name, value);
  }
  return {
    model: found.get('model') ?? DEFAULT_SETTINGS.model,
    tokenizer: found.get('tokenizer') ?? DEFAULT_SETTINGS.tokenizer,
  };
}

function withoutBlanks(text: string): string {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}
