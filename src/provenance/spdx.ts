import { digestBytes } from '../host/digest.js';
import { zosiaVersion } from '../recipes/version.js';
import type { OtherLicence } from './licence-names.js';

/** What SPDX says where nothing is known. */
export const NOASSERTION = 'NOASSERTION';

/** A licence that a document explains itself. */
export type ExplainedLicence = OtherLicence & { readonly text: string };

/** A package of a document (SPDX 2.3, 7), before it has its identifier. */
export interface PartPackage {
  readonly name: string;
  readonly version?: string | undefined;
  readonly fileName?: string | undefined;
  readonly supplier?: string | undefined;
  /** A URL; not known unless given. */
  readonly downloadLocation?: string | undefined;
  readonly sha256?: string | undefined;
  /** An SPDX expression of what whoever made it says; not known unless given. */
  readonly licence?: string | undefined;
  readonly licenceComment?: string | undefined;
  /** Licences in the expression that are not in SPDX's list. */
  readonly others?: readonly ExplainedLicence[] | undefined;
  readonly sourceInfo?: string | undefined;
  readonly comment?: string | undefined;
  /** A package URL. */
  readonly purl?: string | undefined;
  readonly purpose?: 'ARCHIVE' | 'APPLICATION' | 'FILE' | 'LIBRARY' | 'OPERATING-SYSTEM' | 'SOURCE';
}

/** How a part of an image is related to the image, or to what it was made of. */
export interface Part {
  readonly package: PartPackage;
  /** `CONTAINS`: the image has it in it. `RUNTIME`: the image needs it to run. */
  readonly relation: 'CONTAINS' | 'RUNTIME';
  /** What it was compiled or taken out of. */
  readonly generatedFrom?: readonly PartPackage[] | undefined;
}

/** A document in the JSON form of SPDX 2.3. */
export interface SpdxDocument {
  readonly spdxVersion: 'SPDX-2.3';
  readonly dataLicense: 'CC0-1.0';
  readonly SPDXID: 'SPDXRef-DOCUMENT';
  readonly name: string;
  readonly documentNamespace: string;
  readonly comment?: string | undefined;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly packages: readonly Readonly<Record<string, unknown>>[];
  readonly relationships: readonly Readonly<Record<string, string>>[];
  readonly hasExtractedLicensingInfos?: readonly Readonly<Record<string, string>>[] | undefined;
}

/**
 * Puts a document together. It depends on nothing but what is given and zosia's version: its namespace is a
 * digest of all that it says.
 *
 * @param createdSeconds since 1970
 * @param comment what is to be said of the whole
 */
export function spdxDocument(
  image: PartPackage,
  parts: readonly Part[],
  createdSeconds: number,
  comment?: string,
): SpdxDocument {
  const packages: Readonly<Record<string, unknown>>[] = [];
  const relationships: Record<string, string>[] = [];
  const explained = new Map<string, ExplainedLicence>();
  const ids = new Map<string, string>();
  const relate = (from: string, relationshipType: string, to: string): void => {
    relationships.push({ spdxElementId: from, relationshipType, relatedSpdxElement: to });
  };
  const add = (each: PartPackage): string => {
    const key = JSON.stringify(each);
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = `SPDXRef-Package-${packages.length + 1}-${idString(each.name)}`;
    ids.set(key, id);
    packages.push(spdxPackage(id, each));
    for (const other of each.others ?? []) explained.set(other.id, other);
    return id;
  };
  const imageId = add(image);
  relate('SPDXRef-DOCUMENT', 'DESCRIBES', imageId);
  for (const part of parts) {
    const id = add(part.package);
    if (part.relation === 'CONTAINS') relate(imageId, 'CONTAINS', id);
    else relate(id, 'RUNTIME_DEPENDENCY_OF', imageId);
    for (const each of part.generatedFrom ?? []) relate(id, 'GENERATED_FROM', add(each));
  }
  const contents = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image.name,
    ...(comment !== undefined && { comment }),
    creationInfo: {
      created: new Date(createdSeconds * 1000).toISOString().replace(/\.\d+/, ''),
      creators: [`Tool: zosia-${zosiaVersion()}`],
    },
    packages,
    relationships,
    ...(explained.size > 0 && {
      hasExtractedLicensingInfos: [...explained.values()].map(({ id, name, text }) => ({
        licenseId: id,
        name,
        extractedText: text,
      })),
    }),
  } as const;
  const digest = digestBytes(Buffer.from(JSON.stringify(contents)));
  const { spdxVersion, dataLicense, SPDXID, name, ...rest } = contents;
  const documentNamespace = `https://spdx.org/spdxdocs/${idString(name)}-${digest}`;
  return { spdxVersion, dataLicense, SPDXID, name, documentNamespace, ...rest };
}

function spdxPackage(id: string, each: PartPackage): Readonly<Record<string, unknown>> {
  const { name, version, fileName, supplier, sha256, licence, licenceComment, purl } = each;
  return {
    SPDXID: id,
    name,
    ...(version !== undefined && { versionInfo: version }),
    ...(fileName !== undefined && { packageFileName: fileName }),
    ...(supplier !== undefined && { supplier }),
    downloadLocation: each.downloadLocation ?? NOASSERTION,
    filesAnalyzed: false,
    ...(sha256 !== undefined && {
      checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }],
    }),
    ...(each.sourceInfo !== undefined && { sourceInfo: each.sourceInfo }),
    licenseConcluded: NOASSERTION,
    licenseDeclared: licence ?? NOASSERTION,
    ...(licenceComment !== undefined && { licenseComments: licenceComment }),
    copyrightText: NOASSERTION,
    ...(each.comment !== undefined && { comment: each.comment }),
    ...(purl !== undefined && {
      externalRefs: [
        { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
      ],
    }),
    ...(each.purpose !== undefined && { primaryPackagePurpose: each.purpose }),
  };
}

/** What an identifier may have in it. */
const idString = (text: string): string => text.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 100);
