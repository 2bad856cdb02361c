// Tree proofs against the recursive definitions of RFC 6962, and what is no proof.
import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, hexOf } from "../bytes.ts";
import { leafHash, emptyRoot, peaks, rootOfPeaks, verifyConsistency, verifyInclusion } from "../tree.ts";
import { consistencyPath, inclusionPath, treeRoot } from "./office.ts";

const all = Array.from({ length: 40 }, (_, i) => leafHash(bytesOf(`leaf ${i}`)));
const other = leafHash(bytesOf("another leaf"));

test("roots of every size", () => {
  assert.equal(hexOf(emptyRoot), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(rootOfPeaks([]), emptyRoot);
  for (let size = 1; size <= all.length; size += 1) {
    const leaves = all.slice(0, size);
    assert.deepEqual(rootOfPeaks(peaks(leaves)), treeRoot(leaves));
  }
});

test("every inclusion proof, and none for another place, leaf, root or length", () => {
  for (let size = 1; size <= all.length; size += 3) {
    const leaves = all.slice(0, size);
    const root = treeRoot(leaves);
    for (const [index, leaf] of leaves.entries()) {
      const path = inclusionPath(index, leaves);
      assert.ok(verifyInclusion(index, size, leaf, root, path));
      assert.ok(!verifyInclusion(index + 1, size, leaf, root, path));
      assert.ok(!verifyInclusion(index, size, other, root, path));
      assert.ok(!verifyInclusion(index, size, leaf, other, path));
      assert.ok(!verifyInclusion(index, size, leaf, root, [...path, other]));
      assert.ok(!verifyInclusion(index + size, size, leaf, root, path));
      if (path.length > 0) assert.ok(!verifyInclusion(index, size, leaf, root, path.slice(1)));
    }
  }
});

test("every consistency proof, and none from nothing or to another tree", () => {
  for (let size = 1; size <= all.length; size += 1)
    for (let old = 1; old <= size; old += 1) {
      const leaves = all.slice(0, size);
      const [oldRoot, root] = [treeRoot(leaves.slice(0, old)), treeRoot(leaves)];
      const path = consistencyPath(old, leaves);
      assert.ok(verifyConsistency(old, size, oldRoot, root, path), `${old} ${size}`);
      assert.ok(!verifyConsistency(old, size, other, root, path));
      assert.ok(!verifyConsistency(old, size, oldRoot, other, path));
      assert.ok(!verifyConsistency(old, size, oldRoot, root, [...path, other]));
      assert.ok(!verifyConsistency(0, size, emptyRoot, root, path));
    }
  assert.ok(!verifyConsistency(3, 2, other, other, []));
});
