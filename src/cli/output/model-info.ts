import { memoryByContext } from '../../prepare/memory-by-context.js';
import { readGgufInfo } from '../../recipes/gguf-info.js';
import type { ModelSearch } from '../../recipes/find-model.js';
import { modelRows } from './model-rows.js';
import { print, printJson } from './output.js';
import { printable } from './printable.js';

/** Prints what a GGUF of any kind is. @throws ZosiaError as `readGgufInfo` */
export async function printModelInfo(
  name: string,
  search: ModelSearch,
  options: { readonly ctx?: readonly number[] | undefined; readonly json?: true | undefined },
): Promise<void> {
  const found = await readGgufInfo(name, search);
  const { path, sizeBytes, kind, info, details, unsupported } = found;
  const memory = kind === 'model' ? memoryByContext(info, options.ctx) : [];
  if (options.json) {
    const { code, message, hint } = unsupported ?? {};
    const reason = unsupported && { code, message, hint };
    printJson({ path, sizeBytes, kind, ...info, ...details, memory, unsupported: reason });
    return;
  }
  for (const [key, value] of modelRows(found, memory)) {
    if (value !== undefined) print(printable(`${key.padEnd(14)} ${value}`));
  }
}
