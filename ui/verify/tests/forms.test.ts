// The small forms: canonical JSON, base64, texts, times, ids, what a public source may show.
import assert from "node:assert/strict";
import test from "node:test";
import { base64Of, bytesOf, bytesOfBase64, compareTexts, parseDecimal } from "../bytes.ts";
import { parseCanonical, writeCanonical } from "../cj.ts";
import { groupList, parseList, rosterList } from "../csv.ts";
import {
  drandTime,
  formatTime,
  isCeremonyId,
  isDrawId,
  isIdent,
  legalYear,
  parseTime,
  pickBits,
  picksArePossible,
  pickValueFits,
} from "../forms.ts";
import { namesInSums } from "../source.ts";
import { Fault } from "../verdict.ts";

const isCanonical = (text: string): boolean => parseCanonical(bytesOf(text)) !== undefined;

test("canonical JSON is one spelling", () => {
  const good = [
    "{}",
    "[]",
    "0",
    "-1",
    "9007199254740991",
    '{"a":1,"b":[{"C_9":"食\u007f\u2028"}]}',
    '"\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f"',
    `${"[".repeat(15)}1${"]".repeat(15)}`,
  ];
  for (const text of good) {
    assert.ok(isCanonical(text), text);
    assert.equal(writeCanonical(parseCanonical(bytesOf(text))), text);
  }
  const bad = [
    "",
    " {}",
    "{}\n",
    "\ufeff{}",
    '{"b":1,"a":1}',
    '{"a":1,"a":1}',
    '{"1":1}',
    '{"__proto__":1}',
    '{"a b":1}',
    '{"a": 1}',
    "1.0",
    "1e2",
    "-0",
    "01",
    "9007199254740992",
    "true",
    "null",
    '"\\/"',
    '"\\u0041"',
    '"\\u001F"',
    '"\\ud800"',
    `${"[".repeat(16)}1${"]".repeat(16)}`,
  ];
  for (const text of bad) assert.ok(!isCanonical(text), text);
  assert.equal(parseCanonical(Uint8Array.of(0x22, 0xff, 0x22)), undefined);
  assert.equal(parseCanonical(bytesOf("[".repeat(200_000))), undefined);
});

test("base64 and decimals are strict", () => {
  for (const length of [0, 1, 2, 3, 32]) {
    const bytes = new Uint8Array(length).fill(0xfe);
    assert.deepEqual(bytesOfBase64(base64Of(bytes)), bytes);
  }
  for (const text of ["A", "AA", "AAA", "AB==", "AAB=", "AA==AA==", " AAAA", "AA-_"])
    assert.equal(bytesOfBase64(text), undefined, text);
  assert.equal(parseDecimal("9007199254740991"), Number.MAX_SAFE_INTEGER);
  for (const text of ["", "00", "-1", "+1", "1 ", "9007199254740992"])
    assert.equal(parseDecimal(text), undefined);
});

test("texts are ordered by their bytes", () => {
  assert.ok(compareTexts("\ufb01", "\u{1f600}") < 0); // the other way round in UTF-16
  assert.ok(compareTexts("a", "ab") < 0);
  assert.equal(compareTexts("准绳", "准绳"), 0);
  const row = (groups: string): Uint8Array => bytesOf(`${"0".repeat(64)},1,${groups}\n`);
  assert.equal(parseList(rosterList, row("\ufb01|\u{1f600}"), "E", "f").length, 1);
  assert.throws(() => parseList(rosterList, row("\u{1f600}|\ufb01"), "E", "f"), Fault);
});

test("lists have one form", () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  const count = (text: string): number => parseList(groupList, bytesOf(text), "E", "f").length;
  assert.equal(count(""), 0);
  assert.equal(count(`${a},A\n${b},A\n`), 2);
  const bad = [`${a},A`, `${b},A\n${a},A\n`, `${a},A\n${a},B\n`, `${a},A\r\n`, `${a}\n`, `${a},A,\n`, "\n"];
  for (const text of bad) assert.throws(() => count(text), Fault, text);
});

test("times, ids and names", () => {
  assert.equal(parseTime("2025-03-04T02:00:00Z"), 1_741_053_600);
  assert.equal(formatTime(1_741_053_600), "2025-03-04T02:00:00Z");
  for (const text of [
    "2025-02-29T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-01-01T24:00:00Z",
    "2025-01-01T00:00:60Z",
    "1999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "2025-01-01T00:00:00.0Z",
    "2025-01-01T00:00:00+00:00",
  ])
    assert.equal(parseTime(text), undefined, text);
  assert.equal(legalYear(parseTime("2024-12-31T16:00:00Z") ?? 0), 2025);
  for (const text of ["DR-2025-371500-0002", "DR-2025-371500-12345"]) assert.ok(isDrawId(text), text);
  for (const text of ["DR-2025-371500-2", "DR-2025-371500-0000", "DR-2025-371500-01234", "DR-2025-37-0001"])
    assert.ok(!isDrawId(text), text);
  assert.ok(isCeremonyId("CE-2025-371500-0002") && !isCeremonyId("CE-2025-371500-00000002"));
  assert.ok(isIdent("食".repeat(21)) && !isIdent("食".repeat(22)));
  for (const text of ["", "a,b", "a|b", 'a"b', "a\nb", "a\u0085b", "a\u007fb"]) assert.ok(!isIdent(text));
});

test("what public sources show and carry", () => {
  const dice = [{ times: 20, k: 1, lo: 0, hi: 9 }];
  const ssq = [
    { times: 1, k: 6, lo: 1, hi: 33 },
    { times: 1, k: 1, lo: 1, hi: 16 },
  ];
  assert.equal(pickBits(dice), 66);
  assert.equal(pickBits([{ times: 1, k: 20, lo: 1, hi: 80 }]), 61);
  assert.equal(pickBits(ssq), 24);
  assert.equal(pickBits([{ times: 3, k: 1, lo: 0, hi: 9 }]), 9);
  assert.ok(pickValueFits(ssq, "02091420273105"));
  for (const value of [
    "",
    "0209142027310",
    "020914202731050",
    "09021420273105",
    "02021420273105",
    "02091420273117",
  ])
    assert.ok(!pickValueFits(ssq, value), value);
  assert.ok(!pickValueFits(dice, `${"1".repeat(19)} `));
  assert.ok(!picksArePossible([]) && !picksArePossible([{ times: 1, k: 3, lo: 1, hi: 2 }]));
  assert.ok(!picksArePossible([{ times: 10_000, k: 2, lo: 1, hi: 9 }]));
  assert.equal(drandTime("quicknet", 16_000_000), 1_692_803_367 + 3 * 15_999_999);
});

test("a table of contents names files below it only", () => {
  const hash = "0".repeat(64);
  const sums = `${hash}  b\n${hash}  a/c\n${hash}  /etc\n${hash}  a/../../x\nno  d\n${hash} e\n${hash}  b\n`;
  assert.deepEqual(namesInSums(bytesOf(sums)), ["a/c", "b"]);
});
