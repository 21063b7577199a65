import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import parseExpression from 'spdx-expression-parse';
import { expect } from 'vitest';
import type { SpdxDocument } from '../../src/provenance/spdx.js';
import { SPDX_SCHEMA } from './spdx-schema.js';

const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(SPDX_SCHEMA);

/** A package as a test looks at it. */
export interface SeenPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo?: string;
  readonly downloadLocation: string;
  readonly licenseDeclared: string;
  readonly licenseComments?: string;
  readonly sourceInfo?: string;
  readonly comment?: string;
  readonly checksums?: readonly { readonly checksumValue: string }[];
}

/** Expects a valid document, all of whose references lead somewhere. @returns its packages */
export function expectValid(document: SpdxDocument): SeenPackage[] {
  validate(document);
  expect(validate.errors).toBeNull();
  const packages = document.packages as unknown as SeenPackage[];
  const ids = new Set(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)]);
  expect(ids.size).toBe(packages.length + 1);
  for (const each of document.relationships) {
    expect(ids).toContain(each['spdxElementId']);
    expect(ids).toContain(each['relatedSpdxElement']);
  }
  const explained = (document.hasExtractedLicensingInfos ?? []).map((each) => each['licenseId']);
  const used = new Set<string>();
  for (const { licenseDeclared } of packages) {
    if (licenseDeclared === 'NOASSERTION') continue;
    parseExpression(licenseDeclared);
    for (const [reference] of licenseDeclared.matchAll(/LicenseRef-[A-Za-z0-9.-]+/g)) {
      used.add(reference);
    }
  }
  expect([...used].sort()).toEqual([...explained].sort());
  return packages;
}
