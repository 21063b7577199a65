// What is bundled is a copy, which the licences of the packages ask to come with their text.
import { readFile, readdir } from 'node:fs/promises';

/**
 * The packages that files of a bundle are from.
 *
 * @param {readonly string[]} inputs paths from the root
 * @param {string} root
 * @returns {Promise<{ name: string; version: string; licence: string; text: string }[]>} sorted by name
 */
export async function bundledPackages(inputs, root) {
  const folders = inputs.flatMap((path) => {
    const [folder] = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    return folder === undefined ? [] : [`${root}${folder}`];
  });
  return Promise.all([...new Set(folders)].sort().map(describePackage));
}

async function describePackage(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no text of its licence to be bundled with`);
  return { name, version, licence: license, text: await readFile(`${folder}/${file}`, 'utf8') };
}

/** The file that comes with a bundle. */
export function licenceNotice(packages) {
  const parts = packages.map(
    ({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text.trim()}\n`,
  );
  const rule = `\n${'-'.repeat(78)}\n\n`;
  return ['The files in this folder contain code of these packages.\n', ...parts].join(rule);
}
