/** Markup that is finished: what it is made from has been escaped. */
export interface Markup {
  readonly markup: string;
}

type Child = Markup | string | number | undefined | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Elements of HTML that have no end tag. */
const VOID = new Set(['meta', 'link', 'br', 'hr', 'input']);

/** An element of HTML or SVG. Texts among its children, and its attributes, are escaped. */
export function el(name: string, attributes: Attributes = {}, ...children: Child[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeText(formatValue(value!))}"`);
  const start = `<${name}${given.join('')}>`;
  return { markup: VOID.has(name) ? start : `${start}${join(children)}</${name}>` };
}

function join(children: readonly Child[]): string {
  return children.map((child) => textOf(child)).join('');
}

function textOf(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string' || typeof child === 'number') return escapeText(String(child));
  return 'markup' in child ? child.markup : join(child);
}

/** Coordinates with two digits after the point: no screen shows more. */
const formatValue = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for content and quoted attributes; control characters, which HTML forbids, are shown as such. */
function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/\p{Cc}/gu, '\ufffd');
}
