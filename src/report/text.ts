/** The digits in order, then the sign. */
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹⁻';
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

/** 10 to an integer power, as in 10⁻³. */
export function powerOfTen(exponent: number): string {
  return `10${String(exponent).replace(/./g, (char) => SUPERSCRIPTS.charAt(char === '-' ? 10 : Number(char)))}`;
}

/** Of one line that XML can hold: control, lone and noncharacters become �, runs of white space one space. */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu, '\u{fffd}');
}

/** A noncharacter, so that no text of `oneLine` holds it. */
const MARK = '\u{fdd0}';

/**
 * zrender keeps the widths of texts in a plain object under the texts themselves. One called `__proto__` makes it write
 * to Object.prototype, and every object of the process has two properties more; other members' names spoil its list.
 * Such a text gets a mark, to be taken off the drawing with `withoutMarks`.
 */
export function markMembers(text: string): string {
  return text in Object.prototype ? `${text}${MARK}` : text;
}

export function withoutMarks(drawing: string): string {
  return drawing.replaceAll(MARK, '');
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Letters about as wide as they are high in the wider sans-serif fonts. */
const WIDE = 'MW@%—…ΘΩ●○→∞√';

/**
 * A generous guess, in pixels, without a font at hand: text averages 0.6 em in wide fonts, small digits 0.5; wide
 * letters, ideographs and symbols take 1.
 */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const char of text) ems += emsOf(char);
  return ems * fontSize;
}

function emsOf(char: string): number {
  if (SUPERSCRIPTS.includes(char) || SUBSCRIPTS.includes(char)) return 0.5;
  return WIDE.includes(char) || (char.codePointAt(0) as number) >= 0x2e80 ? 1 : 0.6;
}

/**
 * Breaks at spaces, and inside a word longer than a line, into lines of about one length; what does not fit in
 * `maxLines` ends in an ellipsis.
 */
export function wrap(text: string, width: number, fontSize: number, maxLines: number): string[] {
  const clean = oneLine(text);
  const lines = fill(clean, width, fontSize, maxLines);
  let balanced = lines;
  for (let narrower = width * 0.95; narrower > width / 2; narrower *= 0.95) {
    const tried = fill(clean, narrower, fontSize, maxLines);
    if (tried.length > lines.length || tried.join(' ') !== lines.join(' ')) break;
    balanced = tried;
  }
  return balanced;
}

function fill(text: string, width: number, fontSize: number, maxLines: number): string[] {
  const fits = (line: string) => textWidth(line, fontSize) <= width;
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] as string;
    const joined = line === '' ? word : `${line} ${word}`;
    if (fits(joined)) lines[lines.length - 1] = joined;
    else lines.push(...pieces(word, fits));
    if (lines.length > maxLines + 1) break;
  }
  const filled = lines.filter((line) => line !== '');
  if (filled.length <= maxLines) return filled;
  return [...filled.slice(0, maxLines - 1), ellipsis(filled[maxLines - 1] as string, fits)];
}

function pieces(word: string, fits: (line: string) => boolean): string[] {
  const result = [''];
  for (const char of word) {
    const last = result[result.length - 1] as string;
    if (last === '' || fits(last + char)) result[result.length - 1] = last + char;
    else result.push(char);
  }
  return result;
}

function ellipsis(line: string, fits: (line: string) => boolean): string {
  const chars = [...line];
  while (chars.length > 1 && !fits(`${chars.join('')}…`)) chars.pop();
  return `${chars.join('')}…`;
}
