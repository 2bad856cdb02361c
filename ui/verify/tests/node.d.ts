// As much of Node.js as the tests use; the library uses none of it.
declare module "node:assert/strict" {
  interface Assert {
    ok(value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    throws(run: () => unknown, expected?: object, message?: string): void;
  }
  const assert: Assert;
  export default assert;
}
declare module "node:child_process" {
  export function spawnSync(
    command: string,
    args: readonly string[],
    options: { encoding: "utf8" },
  ): { readonly stdout: string; readonly stderr: string; readonly status: number | null };
}
declare module "node:fs" {
  export function mkdirSync(path: string, options: { recursive: true }): void;
  export function mkdtempSync(prefix: string): string;
  export function readFileSync(path: string): Uint8Array;
  export function readdirSync(path: string, options: { recursive: true }): string[];
  export function rmSync(path: string, options: { recursive: true; force: true }): void;
  export function statSync(path: string): { isFile(): boolean };
  export function writeFileSync(path: string, content: Uint8Array): void;
}
declare module "node:os" {
  export function tmpdir(): string;
}
declare module "node:path" {
  export function dirname(path: string): string;
  export function join(...parts: string[]): string;
}
declare module "node:test" {
  interface Context {
    diagnostic(message: string): void;
    skip(message?: string): void;
  }
  export default function test(name: string, run: (context: Context) => void | Promise<void>): Promise<void>;
}
declare const process: {
  readonly env: Readonly<Record<string, string | undefined>>;
  cpuUsage(since?: object): { readonly user: number; readonly system: number };
};
