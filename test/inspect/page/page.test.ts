import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/image/sha256.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { hostRange } from '../../../src/inspect/map/host.js';
import { mapImage } from '../../../src/inspect/map/image.js';
import { nest, tile } from '../../../src/inspect/map/range.js';
import type { MapRange } from '../../../src/inspect/map/range.js';
import { decodeRows } from '../../../src/inspect/page/data.js';
import type { PageData, PageRange } from '../../../src/inspect/page/data.js';
import { encodePage } from '../../../src/inspect/page/encode.js';
import { mapPage } from '../../../src/inspect/page/page.js';
import type { MapPage } from '../../../src/inspect/page/page.js';
import { imageBytes } from '../../support/images.js';
import { ext4 } from '../samples.js';

const HOSTILE =
  '</script><script>alert(1)</script><!-- </title></style><img src=x onerror="alert(\'2\')">&amp;\u2028';

const file = (offset: number, length: number, name: string): MapRange => ({
  offset,
  length,
  kind: 'file',
  what: 'file',
  name,
});

const mapOf = (children: readonly MapRange[], length: number): MapRange => ({
  offset: 0,
  length,
  kind: 'container',
  what: 'disk',
  children,
});

function pageOf(parts: Partial<MapPage> = {}): string {
  const contents = mapOf([file(0, 100, '/a')], 100);
  const host = hostRange([{ offset: 0, length: 100, path: 'disk.img', fileOffset: 0 }], 100);
  return mapPage({ title: 'disk.img', contents, host, script: 'draw()', ...parts });
}

/** The data of a page for its program. */
function dataOf(page: string): PageData {
  const [, json] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)!;
  return JSON.parse(json!) as PageData;
}

describe('mapPage', () => {
  it('returns the same page for the same image', async () => {
    const bytes = await imageBytes(ext4());
    const contents = await mapImage(accessBytes(bytes));
    const extents = [{ offset: 0, length: bytes.length, path: 'disk.img', fileOffset: 0 }];
    const page = pageOf({ contents, host: hostRange(extents, bytes.length) });
    expect(sha256(page)).toMatchInlineSnapshot(
      `"d463353ab5dfc02f11f27490bd0d94e62c4e80ad4257f010c8c50a095e59cc15"`,
    );
  });

  it('has a content security policy that allows only its own style and script', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(pageOf())![1]!;
    expect(policy.split('; ')).toEqual([
      'default-src &#39;none&#39;',
      expect.stringMatching(/^style-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;$/),
      expect.stringMatching(/^script-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;$/),
      'base-uri &#39;none&#39;',
      'form-action &#39;none&#39;',
    ]);
    expect(pageOf()).not.toMatch(/\b(?:src|href|action)=|url\(|@import/);
  });

  it('escapes markup in the names of the image, of its contents and of host files', () => {
    const extents = [{ offset: 0, length: 60, path: HOSTILE, fileOffset: 0 }];
    const ranges = [{ ...file(0, 100, HOSTILE), what: HOSTILE, note: HOSTILE }];
    const page = pageOf({
      title: HOSTILE,
      contents: { ...mapOf(ranges, 100), note: HOSTILE },
      host: hostRange(extents, 100),
    });
    const tags = (html: string): string[] =>
      [...html.matchAll(/<[/!]?[a-z-]+/gi)].map(([tag]) => tag).sort();
    const harmless = pageOf({ host: hostRange([{ ...extents[0]!, path: 'x' }], 100) });
    expect(tags(page)).toEqual(tags(harmless));
    expect(dataOf(page).texts).toContain(HOSTILE);
  });

  it('rejects a script that contains a closing script tag', () => {
    expect(() => pageOf({ script: 'const a = "</script>";' })).toThrow(RangeError);
  });

  it('merges the smallest of too many ranges, says so, and stays below 5 MiB', () => {
    const count = 300_000;
    const children = Array.from({ length: count }, (_, i) => {
      return file(i * 10, 10, `/usr/share/a-folder-of-some-length/file-${i}`);
    });
    const contents = mapOf(children, count * 10);
    const page = pageOf({ contents, host: hostRange([], count * 10) });
    expect(page.length).toBeLessThan(5 << 20);
    const [, all, leftOut] = /has ([\d\u202f]+) ranges\. The ([\d\u202f]+) smallest/.exec(page)!;
    const digits = (text: string): number => Number(text.replaceAll('\u202f', ''));
    expect(digits(all!)).toBe(count + 1);
    const { contents: rows, texts } = dataOf(page);
    const drawn = decodeRows(rows, texts).filter(({ kind }) => kind !== 'rest');
    expect(drawn.length + digits(leftOut!)).toBe(count + 1);
    expect(pageOf()).not.toContain('smallest are drawn together');
  });
});

describe('encodePage and decodeRows', () => {
  const decode = (map: MapRange): PageRange[] => {
    const { contents, texts } = encodePage(map, map);
    return decodeRows(contents, texts);
  };

  it('return every range, with its offset from the start of the image', () => {
    const inner = { ...mapOf([file(0, 10, '/x'), file(10, 30, '/y')], 40), offset: 60, note: 'n' };
    const ranges = decode(mapOf([file(0, 60, '/a'), inner], 100));
    expect(
      ranges.map(({ offset, length, name, note, depth }) => [offset, length, name, note, depth]),
    ).toEqual([
      [0, 100, '', '', 0],
      [0, 60, '/a', '', 1],
      [60, 40, '', 'n', 1],
      [60, 10, '/x', '', 2],
      [70, 30, '/y', '', 2],
    ]);
    expect(ranges[4]!.parent).toBe(ranges[2]);
  });

  it('join the pieces of a file that is cut at the borders of groups', () => {
    const groups = [0, 1, 2].map((i): MapRange => ({
      offset: i * 100,
      length: 100,
      kind: 'container',
      what: `group ${i}`,
    }));
    const tiles = tile([file(50, 240, '/model')], 300, { kind: 'free', what: 'free' });
    const ranges = decode(mapOf(nest(tiles, groups), 300));
    const models = ranges.filter(({ name }) => name === '/model');
    expect(models).toMatchObject([{ offset: 50, length: 240, start: 50, end: 290 }]);
    expect(models[0]!.parent!.what).toBe('group 0');
    for (const group of ranges.filter(({ what }) => what.startsWith('group'))) {
      expect(group.children).toContain(models[0]);
    }
  });

  it('do not join adjacent files', () => {
    const ranges = decode(mapOf([file(0, 50, '/a'), file(50, 50, '/b')], 100));
    expect(ranges).toHaveLength(3);
  });

  it('scale unpacked contents to the whole width of the packed range', () => {
    const packed: MapRange = {
      offset: 20,
      length: 80,
      kind: 'container',
      what: 'packed',
      unpackedBytes: 400,
      children: [file(0, 100, '/a'), file(100, 300, '/b')],
    };
    const [, , , a, b] = decode(mapOf([file(0, 20, '/first'), packed], 100));
    expect(a).toMatchObject({ offset: 0, length: 100, start: 20, end: 40 });
    expect(b).toMatchObject({ offset: 100, length: 300, start: 40, end: 100 });
    expect(b!.packedIn).toMatchObject({ what: 'packed', offset: 20 });
  });

  it('preserve names with any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const page = pageOf({ contents: mapOf([file(0, 100, name)], 100) });
        const { contents, texts } = dataOf(page);
        expect(decodeRows(contents, texts)[1]!.name).toBe(name);
      }),
    );
  });
});
