// Where published files are read from. A verifier needs nothing else.
import { textOf, type Bytes } from "./bytes.ts";
import { isHash } from "./forms.ts";

/** Paths are relative, with "/". */
export interface Source {
  /** Nothing when there is no such file; throws when that cannot be found out. */
  read(path: string): Promise<Bytes | undefined>;
  /** Every file below as far as the source knows; a verifier trusts only what it then reads. */
  list(): Promise<string[]>;
  /** The folders right below. */
  folders(): Promise<string[]>;
  folder(name: string): Source;
}

export function foldersIn(paths: readonly string[]): string[] {
  const names = paths.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/")));
  return [...new Set(names)].sort();
}

/** The paths of a SHA256SUMS, the table of contents where nothing else lists: "<64 hex>  <path>" lines. */
export function namesInSums(sums: Bytes): string[] {
  const names = new Set<string>();
  for (const line of (textOf(sums) ?? "").split("\n")) {
    const path = line.slice(66);
    const isPath = path !== "" && !path.startsWith("/") && !path.split("/").includes("..");
    if (isHash(line.slice(0, 64)) && line.slice(64, 66) === "  " && isPath) names.add(path);
  }
  return [...names].sort();
}

/** A folder of a web server. */
export class WebSource implements Source {
  constructor(private readonly base: string) {}

  async read(path: string): Promise<Bytes | undefined> {
    const address = `${this.base.replace(/\/$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`;
    const response = await fetch(address);
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async list(): Promise<string[]> {
    const sums = await this.read("SHA256SUMS");
    return sums ? namesInSums(sums) : [];
  }

  async folders(): Promise<string[]> {
    return foldersIn(await this.list());
  }

  folder(name: string): Source {
    return new WebSource(`${this.base.replace(/\/$/, "")}/${encodeURIComponent(name)}`);
  }
}
