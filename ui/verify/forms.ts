// The small forms of draw-publication.md sections 1, 2 and 6: names, ids, times, what a public source may
// show and how much chance it carries.
import { bytesOf, parseDecimal } from "./bytes.ts";

const authority = "[0-9A-Z]{4,18}";

export const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
export const isCode = (text: string): boolean => /^[a-z][a-z0-9_]{0,31}$/.test(text);
export const isActor = (text: string): boolean => /^u-[0-9a-f]{32}$/.test(text);
export const isAuthority = (text: string): boolean => new RegExp(`^${authority}$`).test(text);
export const isCeremonyId = (text: string): boolean =>
  new RegExp(`^CE-[1-9][0-9]{3}-${authority}-[0-9]{4,7}$`).test(text);

/** 1–64 bytes without controls and `"`, `,`, `|`: strata, source ids, groups, identifiers. */
export function isIdent(text: string): boolean {
  return (
    /^[^\u0000-\u001f\u007f-\u009f",|]+$/.test(text) && (text.length * 3 <= 64 || bytesOf(text).length <= 64)
  );
}

const instantForm = /^2[01]\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** POSIX seconds of an existing second of 2000–2199. */
export function parseTime(text: string): number | undefined {
  const milliseconds = instantForm.test(text) ? Date.parse(text) : Number.NaN;
  // A day or hour that does not exist comes back as another one.
  return !Number.isNaN(milliseconds) && formatTime(milliseconds / 1000) === text
    ? milliseconds / 1000
    : undefined;
}

export const formatTime = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** Of a time whose form was checked. */
export function secondsOf(time: string): number {
  const seconds = parseTime(time);
  if (seconds === undefined) throw new TypeError(`not a time: ${time}`);
  return seconds;
}

/** The year in UTC+8, which is the legal one. */
export const legalYear = (seconds: number): number => new Date((seconds + 8 * 3600) * 1000).getUTCFullYear();

export interface DrawId {
  readonly year: number;
  readonly authority: string;
  readonly number: number;
}

export function parseDrawId(text: string): DrawId | undefined {
  const parts = new RegExp(`^DR-([1-9][0-9]{3})-(${authority})-([0-9]{4}|[1-9][0-9]{4,})$`).exec(text);
  const [, year = "", office = "", digits = ""] = parts ?? [];
  const number = parseDecimal(digits.replace(/^0+/, ""));
  return parts && number !== undefined && number > 0
    ? { year: Number(year), authority: office, number }
    : undefined;
}

export const isDrawId = (text: string): boolean => parseDrawId(text) !== undefined;

export const formatDrawId = (id: DrawId): string =>
  `DR-${id.year}-${id.authority}-${String(id.number).padStart(4, "0")}`;

/** `times` groups of `k` different numbers out of lo…hi, shown ascending: dice k = 1, a lottery k > 1. */
export interface Pick {
  readonly times: number;
  readonly k: number;
  readonly lo: number;
  readonly hi: number;
}

const pickHiMost = 999_999_999;
const pickNumbersMost = 10_000; // of one source

export function picksArePossible(picks: readonly Pick[]): boolean {
  let numbers = 0;
  for (const { times, k, lo, hi } of picks) {
    if (times < 1 || times > pickNumbersMost || k < 1 || k > pickNumbersMost) return false;
    if (hi > pickHiMost || lo > hi || k > hi - lo + 1) return false;
    numbers += times * k;
    if (numbers > pickNumbersMost) return false;
  }
  return picks.length > 0;
}

/** Each number as wide as its `hi` in decimal, strictly ascending within the k. */
export function pickValueFits(picks: readonly Pick[], value: string): boolean {
  let rest = value;
  for (const { times, k, lo, hi } of picks) {
    const width = String(hi).length;
    let before = -1;
    for (let i = 0; i < times * k; i += 1) {
      const shown = rest.slice(0, width);
      const number = Number(shown);
      if (shown.length !== width || !/^[0-9]+$/.test(shown) || number < lo || number > hi) return false;
      if (i % k !== 0 && number <= before) return false;
      before = number;
      rest = rest.slice(width);
    }
  }
  return rest === "";
}

/** floor(log2 of the product of C(hi-lo+1, k)^times), exactly. */
export function pickBits(picks: readonly Pick[]): number {
  let outcomes = 1n;
  for (const { times, k, lo, hi } of picks) {
    let combinations = 1n;
    for (let j = 1; j <= k; j += 1) combinations = (combinations * BigInt(hi - lo + 1 - k + j)) / BigInt(j);
    outcomes *= combinations ** BigInt(times);
  }
  return outcomes.toString(2).length - 1;
}

export const drandChains = ["quicknet", "mainnet"] as const;
export type DrandChain = (typeof drandChains)[number];

/** genesis + (round - 1) · period of the two public chains, POSIX seconds. */
export function drandTime(chain: DrandChain, round: number): number {
  return chain === "quicknet" ? 1_692_803_367 + (round - 1) * 3 : 1_595_431_050 + (round - 1) * 30;
}
