/**
 * CRC-32 with the reflected polynomial 0xEDB88320 (zip, PKWARE APPNOTE 4.4.7), eight bytes a step ("slicing by 8",
 * Kounavis and Berry 2008). Node itself has one only from 20.15 on.
 *
 * @param crc the value so far, to continue with the next bytes
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let c = ~crc;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = (bytes[i + 2] as number) | ((bytes[i + 3] as number) << 8);
    c ^= (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | (low << 16);
    c =
      (TABLE[0x700 | (c & 255)] as number) ^
      (TABLE[0x600 | ((c >>> 8) & 255)] as number) ^
      (TABLE[0x500 | ((c >>> 16) & 255)] as number) ^
      (TABLE[0x400 | (c >>> 24)] as number) ^
      (TABLE[0x300 | (bytes[i + 4] as number)] as number) ^
      (TABLE[0x200 | (bytes[i + 5] as number)] as number) ^
      (TABLE[0x100 | (bytes[i + 6] as number)] as number) ^
      (TABLE[bytes[i + 7] as number] as number);
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ (TABLE[(c ^ (bytes[i] as number)) & 255] as number);
  return ~c >>> 0;
}

/** Entry 256 k + b: the CRC of byte b with k zero bytes behind it. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let b = 0; b < 256; b++) {
    let c = b;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    table[b] = c;
  }
  for (let n = 256; n < table.length; n++) {
    const before = table[n - 256] as number;
    table[n] = (before >>> 8) ^ (table[before & 255] as number);
  }
  return table;
}
