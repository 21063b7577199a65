/**
 * The structure of an SPDX 2.3 document in JSON as zosia uses it, as a JSON Schema: which members there are,
 * which have to be, and which words they may have (SPDX specification 2.3, clauses 6, 7, 10 and 11, and its JSON
 * form). What else SPDX allows is refused, so that nothing gets in unseen.
 */
const text = { type: 'string', minLength: 1 } as const;
const spdxId = { type: 'string', pattern: '^SPDXRef-[A-Za-z0-9.-]+$' } as const;
const location = {
  type: 'string',
  pattern: '^(NOASSERTION|NONE|(https?|git|ftp)(\\+\\w+)?://[^ ]+)$',
} as const;
const checksums = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['algorithm', 'checksumValue'],
    properties: {
      algorithm: { enum: ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD5'] },
      checksumValue: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    },
  },
} as const;

const spdxPackage = {
  type: 'object',
  additionalProperties: false,
  required: ['SPDXID', 'name', 'downloadLocation'],
  properties: {
    SPDXID: spdxId,
    name: text,
    versionInfo: text,
    packageFileName: text,
    supplier: { type: 'string', pattern: '^(NOASSERTION|(Person|Organization): .+)$' },
    downloadLocation: location,
    filesAnalyzed: { type: 'boolean' },
    checksums,
    sourceInfo: text,
    licenseConcluded: text,
    licenseDeclared: text,
    licenseComments: text,
    copyrightText: text,
    comment: text,
    externalRefs: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['referenceCategory', 'referenceLocator', 'referenceType'],
        properties: {
          referenceCategory: { enum: ['OTHER', 'PERSISTENT-ID', 'SECURITY', 'PACKAGE-MANAGER'] },
          referenceType: { enum: ['purl'] },
          referenceLocator: { type: 'string', pattern: '^pkg:[a-z]+/[^ ]+@[^ ]+$' },
        },
      },
    },
    primaryPackagePurpose: {
      enum: [
        ...['OTHER', 'INSTALL', 'ARCHIVE', 'FIRMWARE', 'APPLICATION', 'FRAMEWORK', 'LIBRARY'],
        ...['CONTAINER', 'SOURCE', 'DEVICE', 'OPERATING-SYSTEM', 'FILE'],
      ],
    },
  },
} as const;

export const SPDX_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...['SPDXID', 'creationInfo', 'dataLicense', 'name', 'spdxVersion', 'documentNamespace'],
    ...['packages', 'relationships'],
  ],
  properties: {
    spdxVersion: { const: 'SPDX-2.3' },
    dataLicense: { const: 'CC0-1.0' },
    SPDXID: { const: 'SPDXRef-DOCUMENT' },
    name: text,
    // 6.11, the document comment field.
    comment: text,
    documentNamespace: { type: 'string', format: 'uri', pattern: '^[^#]+$' },
    creationInfo: {
      type: 'object',
      additionalProperties: false,
      required: ['created', 'creators'],
      properties: {
        created: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' },
        creators: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', pattern: '^(Tool|Person|Organization): .+$' },
        },
      },
    },
    packages: { type: 'array', minItems: 1, items: spdxPackage },
    relationships: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['spdxElementId', 'relatedSpdxElement', 'relationshipType'],
        properties: {
          spdxElementId: spdxId,
          relatedSpdxElement: spdxId,
          relationshipType: {
            enum: ['DESCRIBES', 'CONTAINS', 'GENERATED_FROM', 'RUNTIME_DEPENDENCY_OF'],
          },
        },
      },
    },
    hasExtractedLicensingInfos: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['licenseId', 'extractedText'],
        properties: {
          licenseId: { type: 'string', pattern: '^LicenseRef-[A-Za-z0-9.-]+$' },
          name: text,
          extractedText: text,
        },
      },
    },
  },
} as const;
