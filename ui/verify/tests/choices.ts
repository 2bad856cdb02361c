import { bytesOf } from "../bytes.ts";
import { sha256 } from "../hashes.ts";

/** Repeatable choices: a counter hashed. */
export class Choices {
  private next = 0;

  constructor(private readonly seed: string) {}

  below(end: number): number {
    const hash = sha256(bytesOf(`${this.seed} ${this.next}`));
    this.next += 1;
    return new DataView(hash.buffer, hash.byteOffset).getUint32(0) % end;
  }
}
