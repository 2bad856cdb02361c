// C2SP tlog-tiles: where the entries and hashes of a log stand, 256 to a file.
import type { Bytes } from "./bytes.ts";
import type { Source } from "./source.ts";
import { fail } from "./verdict.ts";

export const tileWidth = 256;
const hashBytes = 32;

/** 1234067 is x001/x234/067. */
function indexPath(index: number): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return groups.join("/");
}

export function tilePath(level: number | "entries", index: number, width = tileWidth): string {
  return `tile/${level}/${indexPath(index)}${width === tileWidth ? "" : `.p/${width}`}`;
}

/** The file of that width, else the full one: partial tiles may go once the full one is there. */
async function readWideEnough(
  source: Source,
  level: number | "entries",
  index: number,
  width: number,
): Promise<{ bytes: Bytes; isFull: boolean } | undefined> {
  const exact = await source.read(tilePath(level, index, width));
  const bytes = exact ?? (width === tileWidth ? undefined : await source.read(tilePath(level, index)));
  return bytes && { bytes, isFull: !exact };
}

/** The hashes of a tile; nothing when the file is no tile of that width. `size`: of the log. */
export async function readTile(
  source: Source,
  level: number,
  index: number,
  width: number,
  size: number,
): Promise<Bytes[] | undefined> {
  const found = await readWideEnough(source, level, index, width);
  if (!found)
    return fail("FILE_MISSING", tilePath(level, index, width), `needed for a log of ${size} entries`);
  const { bytes } = found;
  const count = bytes.length / hashBytes;
  if (count !== width && count !== tileWidth) return undefined;
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * hashBytes, (i + 1) * hashBytes));
}

/** FILE_MISSING, BUNDLE_FORMAT. */
export async function readBundle(source: Source, index: number, width: number): Promise<Bytes[]> {
  const path = tilePath("entries", index, width);
  const why = "needed for this size, in this form";
  const found = await readWideEnough(source, "entries", index, width);
  if (!found) return fail("FILE_MISSING", path, why);
  const { bytes, isFull } = found;
  const entries: Bytes[] = [];
  let begin = 0;
  while (entries.length < width) {
    const [high, low] = bytes.subarray(begin, begin + 2);
    const end = begin + 2 + (high ?? 0) * 256 + (low ?? 0);
    if (low === undefined || end > bytes.length) break;
    entries.push(bytes.subarray(begin + 2, end));
    begin = end;
  }
  if (entries.length === width && (isFull || begin === bytes.length)) return entries;
  return fail("BUNDLE_FORMAT", path, why);
}
