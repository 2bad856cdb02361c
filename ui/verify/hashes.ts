// The hashes in use. Trees, digests and commitments are SHA-256 in every suite; DR-1 itself, pids and the
// hashes of lists are of the plan's suite.
import { sha256 } from "@noble/hashes/sha2.js";
import { hexOf, type Bytes } from "./bytes.ts";
import { sm3 } from "./sm3.ts";

export { sha256 };

export const suites = ["sha256", "sm3"] as const;
export type Suite = (typeof suites)[number];

export function hashOf(suite: Suite, message: Bytes): Bytes {
  return suite === "sha256" ? sha256(message) : sm3(message);
}

export const sha256Hex = (message: Bytes): string => hexOf(sha256(message));
