import { makeFakeQemu } from '../machine/support/fake-qemu.js';
import type { FakeQemu } from '../machine/support/fake-qemu.js';

/**
 * A QEMU whose guest measures, as far as its console goes: tokens at ten times the threads a second, but
 * with the arguments `--crash`, `--half` and `--hang` as these say.
 */
export function makeFakeGuest(folder: string): Promise<FakeQemu> {
  return makeFakeQemu(folder, {
    machine: `
const flags = new Map(option('-append').split(' ').map((word) => word.split('=')));
const llamaArgs = flags.get('zosia.llama_args') ?? '';
const threads = Number(flags.get('zosia.llama_threads') ?? 2);
const tokens = Number(flags.get('zosia.perf.tokens'));
const rate = threads * 10;
print('zosia: init\\r\\nzosia: perf\\r\\n');
const result = 'zosia: perf tokens=' + tokens + ' seconds=' + (tokens / rate).toFixed(5) + ' tok_per_s=' + rate +
  ' load_s=0.5 prompt_tok_per_s=' + rate * 3 + ' threads=' + threads +
  ' batch_threads=' + (flags.get('zosia.llama_batch_threads') ?? threads);
if (llamaArgs.includes('--hang')) setInterval(() => {}, 1000);
else if (llamaArgs.includes('--crash')) {
  print('zosia: llama-completion was killed by signal 11\\r\\nzosia: perf failed with status 139\\r\\n');
  print('zosia: shutting down\\r\\n');
  done(139);
} else if (llamaArgs.includes('--half')) print(result.slice(0, 40));
else {
  print(result + '\\r\\nzosia: perf passed\\r\\nzosia: shutting down\\r\\n');
  done(0);
}
`,
  });
}
