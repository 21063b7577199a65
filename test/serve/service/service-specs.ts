import type { ServiceSpec } from '../../../src/serve/service/service-spec.js';

/** What stands for itself in no unit file: blanks, quotes, specifiers, variables, separators. */
export const ODD_ARGUMENTS: readonly string[] = [
  'serve',
  '',
  ' ',
  'two words',
  ';',
  '\\;',
  '%h %% %',
  '$HOME',
  '${HOME}',
  'a$b $$ $',
  '"',
  "it's",
  'C:\\new\\x41\\',
  'tab\tline\nreturn\r',
  '-@:+!prefix',
  '#comment',
  '<&>]]>',
  'żółw 🐢',
  '/модели/a b.gguf',
];

export const specWith = (changes: Partial<ServiceSpec> = {}): ServiceSpec => ({
  name: 'zosia',
  command: '/usr/bin/env',
  args: ['serve'],
  folder: '/',
  environment: {},
  listen: [{ host: '127.0.0.1', port: 9931 }],
  ...changes,
});
