// The RFC 6962 tree over a log's entries: leaf = H(0x00 ‖ entry), node = H(0x01 ‖ left ‖ right). Sizes and
// indexes are numbers up to 2^53-1, so they are halved by division and not by shifts of 32 bits.
import { sameBytes, type Bytes } from "./bytes.ts";
import { sha256 } from "./hashes.ts";
import { concat } from "./tlv.ts";

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const leafHash = (entry: Bytes): Bytes => sha256(concat(leafPrefix, entry));
export const nodeHash = (left: Bytes, right: Bytes): Bytes => sha256(concat(nodePrefix, left, right));
export const emptyRoot: Bytes = sha256(new Uint8Array());

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/** Where a path of a tree of `last + 1` leaves has got to: the node reached and the last one of its level. */
class Ascent {
  constructor(
    private node: number,
    private last: number,
  ) {}

  get isAtRoot(): boolean {
    return this.last === 0;
  }

  skipRightEdges(): void {
    while (isOdd(this.node)) this.up();
  }

  /** Goes to the parent; true when the sibling on the path stands on the left. */
  step(): boolean {
    const isLeft = isOdd(this.node) || this.node === this.last;
    // The last node of a level without a sibling rises until it has one.
    if (isLeft) while (!isOdd(this.node) && this.node !== 0) this.up();
    this.up();
    return isLeft;
  }

  private up(): void {
    this.node = half(this.node);
    this.last = half(this.last);
  }
}

export function verifyInclusion(
  index: number,
  size: number,
  leaf: Bytes,
  root: Bytes,
  path: readonly Bytes[],
): boolean {
  if (index >= size) return false;
  const ascent = new Ascent(index, size - 1);
  let hash = leaf;
  for (const sibling of path) {
    if (ascent.isAtRoot) return false; // the path is longer than the tree is high
    hash = ascent.step() ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  return ascent.isAtRoot && sameBytes(hash, root);
}

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest > 1 && !isOdd(rest)) rest /= 2;
  return rest === 1;
}

/** That the tree of `size` begins with the tree of `oldSize`. From size 0 nothing is proved: refused. */
export function verifyConsistency(
  oldSize: number,
  size: number,
  oldRoot: Bytes,
  root: Bytes,
  path: readonly Bytes[],
): boolean {
  if (oldSize === 0 || oldSize > size) return false;
  if (oldSize === size) return path.length === 0 && sameBytes(oldRoot, root);
  const ascent = new Ascent(oldSize - 1, size - 1);
  ascent.skipRightEdges();
  // Where the old tree is one perfect subtree its root begins the path and is left out of it.
  const [start, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path;
  if (start === undefined) return false;
  let fromOld = start;
  let fromNew = start;
  for (const sibling of rest) {
    if (ascent.isAtRoot) return false;
    if (ascent.step()) {
      fromOld = nodeHash(sibling, fromOld);
      fromNew = nodeHash(sibling, fromNew);
    } else {
      fromNew = nodeHash(fromNew, sibling);
    }
  }
  return ascent.isAtRoot && sameBytes(fromOld, oldRoot) && sameBytes(fromNew, root);
}

/** Root over hashes, a power of two of them. */
export function perfectRoot(hashes: readonly Bytes[]): Bytes {
  let row = hashes;
  while (row.length > 1) {
    const above: Bytes[] = [];
    for (let i = 0; i + 1 < row.length; i += 2)
      above.push(nodeHash(row[i] ?? emptyRoot, row[i + 1] ?? emptyRoot));
    row = above;
  }
  return row[0] ?? emptyRoot;
}

/** Roots of the perfect subtrees that any number of hashes falls into, widest first. */
export function peaks(hashes: readonly Bytes[]): Bytes[] {
  const out: Bytes[] = [];
  for (let begin = 0; begin < hashes.length;) {
    let width = 1;
    while (width * 2 <= hashes.length - begin) width *= 2;
    out.push(perfectRoot(hashes.slice(begin, begin + width)));
    begin += width;
  }
  return out;
}

/** Root of the tree whose perfect subtrees these are, widest first. */
export function rootOfPeaks(subtrees: readonly Bytes[]): Bytes {
  return subtrees.length === 0 ? emptyRoot : subtrees.reduceRight((right, left) => nodeHash(left, right));
}
