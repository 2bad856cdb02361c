// The project's files for the tests, and published files held in memory: vectors with their overlays,
// mutations, made-up publications.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, bytesOfBase64, textOf, type Bytes } from "../bytes.ts";
import { foldersIn, type Source } from "../source.ts";

/** Set by tests/verify_ui_test.sh. */
export const root = process.env["PLUMBLINE_SOURCE"] ?? ".";
export const vectors = join(root, "src/publication/tests/vectors");

export const readDisk = (...path: string[]): Bytes => new Uint8Array(readFileSync(join(...path)));
export const readDiskText = (...path: string[]): string => textOf(readDisk(...path)) ?? "";

/** JSON of our own files, whose form is known. */
export const parseOwn = <T>(text: string): T => JSON.parse(text) as T;

export type Files = Map<string, Bytes>;

export function loadFolder(folder: string): Files {
  const files: Files = new Map();
  for (const path of readdirSync(folder, { recursive: true }).sort())
    if (statSync(join(folder, path)).isFile()) files.set(path, readDisk(folder, path));
  return files;
}

/** The files below `prefix`, "" or ending in "/". */
export class MemorySource implements Source {
  constructor(
    private readonly files: Files,
    private readonly prefix = "",
  ) {}

  read(path: string): Promise<Bytes | undefined> {
    return Promise.resolve(this.files.get(this.prefix + path));
  }

  list(): Promise<string[]> {
    const own = [...this.files.keys()].filter((path) => path.startsWith(this.prefix));
    return Promise.resolve(own.map((path) => path.slice(this.prefix.length)));
  }

  async folders(): Promise<string[]> {
    return foldersIn(await this.list());
  }

  folder(name: string): Source {
    return new MemorySource(this.files, `${this.prefix}${name}/`);
  }
}

/** A folder of the disk. */
export const folderSource = (folder: string): Source => new MemorySource(loadFolder(folder));

export interface Overlay {
  readonly delete?: readonly string[];
  readonly patch?: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly put?: Readonly<Record<string, string>>;
  readonly put_base64?: Readonly<Record<string, string>>;
}

export function overlaid(base: Files, overlay: Overlay): Files {
  const files = new Map(base);
  for (const path of overlay.delete ?? []) files.delete(path);
  for (const [path, changes] of Object.entries(overlay.patch ?? {})) {
    const bytes = Uint8Array.from(files.get(path) ?? []);
    for (const [offset, byte] of changes) bytes[offset] = byte;
    files.set(path, bytes);
  }
  for (const [path, text] of Object.entries(overlay.put ?? {})) files.set(path, bytesOf(text));
  for (const [path, text] of Object.entries(overlay.put_base64 ?? {}))
    files.set(path, bytesOfBase64(text) ?? new Uint8Array());
  return files;
}
