export interface Element {
  name: string;
  attributes: Record<string, string>;
  /** Character data directly inside, entities resolved. */
  text: string;
}

const NAME = '[A-Za-z_:][\\w:.-]*';
const TOKEN = new RegExp(`<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>|([^<]+)`, 'uy');
const ATTRIBUTE = new RegExp(`(${NAME})="([^"<]*)"`, 'gu');
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The elements of a document in order of their start tags. Throws unless it is well-formed, as far as SVG text goes. */
export function elements(xml: string): Element[] {
  const all: Element[] = [];
  const open: Element[] = [];
  for (const [token, close, name, attributes, selfClosing, text] of tokens(xml.trim())) {
    const parent = open[open.length - 1];
    if (text !== undefined) {
      if (parent === undefined) throw new Error(`Text outside the root: ${text}`);
      parent.text += resolve(text);
    } else if (close === '/') {
      if (open.pop()?.name !== name) throw new Error(`${token} closes ${parent?.name}`);
    } else {
      if (all.length > 0 && parent === undefined) throw new Error(`${token} is a second root`);
      const element = { name: name as string, attributes: attributesOf(attributes ?? ''), text: '' };
      all.push(element);
      if (selfClosing === '') open.push(element);
    }
  }
  if (open.length > 0) throw new Error(`${open[0]?.name} is never closed`);
  return all;
}

function* tokens(xml: string): Generator<(string | undefined)[]> {
  // XML 1.0, section 2.2: no control character but tab and line ends, no lone surrogate, not U+FFFE or U+FFFF.
  const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.exec(xml);
  if (forbidden !== null) throw new Error(`A character XML does not allow at ${forbidden.index}`);
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < xml.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(xml);
    if (match === null) throw new Error(`Not well-formed at ${xml.slice(at, at + 80)}`);
    yield match;
  }
}

function attributesOf(source: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [, name, value] of source.matchAll(ATTRIBUTE)) {
    if (name === undefined || name in result) throw new Error(`Attribute ${name} given twice`);
    result[name] = resolve(value as string);
  }
  return result;
}

function resolve(text: string): string {
  return text.replace(/&(?:#(\d+);|([a-z]+);)?/g, (entity, code?: string, name?: string) => {
    const char = code === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(Number(code));
    if (char === undefined) throw new Error(`Unknown entity ${entity}`);
    return char;
  });
}
