import parseExpression from 'spdx-expression-parse';
import { expect, it } from 'vitest';
import { readDebianCopyright } from '../../src/provenance/debian-copyright.js';

const file = (...licences: string[]): string =>
  [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    ...licences.map((licence) => `Files: *\nCopyright: somebody\nLicense: ${licence}`),
    'License: odd\n Do as you like.',
  ].join('\n\n');

it.each([
  [['Expat'], 'MIT'],
  [['GPL-2+', 'LGPL-2.1', 'GPL-3'], 'GPL-2.0-or-later AND GPL-3.0-only AND LGPL-2.1-only'],
  [['BSD-3-clause or GPL-2'], '(BSD-3-Clause OR GPL-2.0-only)'],
  [['Apache-2.0 with LLVM exception'], 'Apache-2.0 WITH LLVM-exception'],
  [['GPL-2+ or Artistic, and Zlib'], '(GPL-2.0-or-later OR Artistic-1.0) AND Zlib'],
  [['Expat and ISC or Zlib'], '((MIT AND ISC) OR Zlib)'],
  [['odd'], 'LicenseRef-x-odd'],
])('licences of Debian become an SPDX expression: %j', (licences, expression) => {
  const found = readDebianCopyright(file(...licences), 'x')!;
  expect(found.expression).toBe(expression);
  parseExpression(found.expression);
});

it('the text of a licence that SPDX does not list is taken over', () => {
  expect(readDebianCopyright(file('odd'), 'x')!.others).toEqual([
    { id: 'LicenseRef-x-odd', name: 'odd', text: 'Do as you like.' },
  ]);
});

it('a copyright file of another form has no expression', () => {
  expect(readDebianCopyright('This is free software.\n', 'x')).toBeUndefined();
});
