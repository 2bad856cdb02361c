// usage: node contract.mjs PLUMBLINE [SEED] [ROUNDS]
//
// The API against its own description: the OpenAPI document is valid, a client generated from it compiles,
// and every operation, asked rightly, at the limits and wrongly, answers what the document says: no 5xx but
// a documented 503, no status and no media type that is not there, no content that breaks its schema.
// The seed is printed; with it a run can be repeated. Exits 1 with what was found.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const [, , plumbline, seedText, roundsText] = process.argv;
const seed = Number(seedText ?? Date.now() % 1_000_000);
const rounds = Number(roundsText ?? 1);
const faults = new Map(); // what was found → how often

function found(what) {
  faults.set(what, (faults.get(what) ?? 0) + 1);
}

// mulberry32: small, seeded, good enough to choose requests
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const random = generator(seed);
const pick = (list) => list[Math.floor(random() * list.length)];

const oddTexts = [
  "",
  " ",
  "0",
  "-1",
  "null",
  "聊城",
  "a".repeat(5000),
  "'; drop table r_firm; --",
  "\u202egnp.exe",
  "%s%n",
  "😀",
  "2026-02-30",
  "371581",
  "00000000-0000-7000-8000-000000000000",
  "\u0000",
  "../../etc/passwd",
  "<svg onload=1>",
];
const oddValues = [null, true, 0, -1, 1.5, 1e300, 9007199254740993, [], {}, [[[[]]]], ...oddTexts];

// A value that the schema allows, as far as a generator without knowledge can tell.
function valueOf(schema, document, depth = 0) {
  if (schema.$ref) return valueOf(resolve(schema.$ref, document), document, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(schema.enum);
  if (schema.anyOf ?? schema.oneOf) return valueOf(pick(schema.anyOf ?? schema.oneOf), document, depth);
  const type = Array.isArray(schema.type) ? pick(schema.type) : schema.type;
  if (type === "object" || schema.properties) {
    const out = {};
    const required = schema.required ?? [];
    for (const [name, member] of Object.entries(schema.properties ?? {}))
      if (required.includes(name) || (depth < 3 && random() < 0.5))
        out[name] = valueOf(member, document, depth + 1);
    return out;
  }
  if (type === "array") return depth > 4 ? [] : [valueOf(schema.items ?? {}, document, depth + 1)];
  if (type === "integer") return pick([schema.minimum ?? 0, schema.maximum ?? 7, 1]);
  if (type === "boolean") return random() < 0.5;
  if (type === "null") return null;
  if (schema.format === "uuid") return pick(knownIds);
  if (schema.format === "date") return "2026-03-02";
  if (schema.format === "date-time") return "2026-03-02T01:00:00Z";
  return pick(["聊城市质量检查", "371581", "A-1", "x".repeat(schema.maxLength ?? 20)]);
}

function resolve(reference, document) {
  return reference
    .slice(2)
    .split("/")
    .reduce((at, part) => at[part.replaceAll("~1", "/").replaceAll("~0", "~")], document);
}

function spoiled(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return pick(oddValues);
  const copy = structuredClone(value);
  const names = Object.keys(copy);
  const way = Math.floor(random() * 4);
  if (way === 0 || names.length === 0)
    copy["not_a_member_" + Math.floor(random() * 10)] = pick(oddValues);
  else if (way === 1) delete copy[pick(names)];
  else copy[pick(names)] = pick(oddValues);
  return copy;
}

// ---- the server -------------------------------------------------------------------------------------

const folder = mkdtempSync(join(tmpdir(), "plumbline-contract-"));
const data = join(folder, "city");
let server;
const knownIds = ["00000000-0000-7000-8000-000000000000"];

async function start() {
  execFileSync(plumbline, ["demo", "--data", data, "--seed", "7"], { stdio: "ignore" });
  server = spawn(plumbline, ["serve", "--data", data, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((done, failed) => {
    server.stdout.once("data", (line) => done(line.toString().trim()));
    server.once("exit", () => failed(new Error("the server ended")));
  });
}

async function signIn(base, login) {
  const password = /口令 (\S+)：/.exec(readFileSync(join(data, "demo-accounts.txt"), "utf8"))[1];
  const answer = await fetch(base + "/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login, password }),
  });
  if (answer.status !== 201)
    throw new Error(`${login} cannot sign in: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.get("set-cookie").split(";")[0];
  return { cookie, csrf: (await answer.json()).csrf };
}

// ---- requests ---------------------------------------------------------------------------------------

const escaped = (part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

class Judge {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
    this.ajv.addSchema(document, "api");
    this.known = new Map();
    this.requests = 0;
    this.statuses = new Map();
  }

  schemaAt(path, method, status, media) {
    const answers = `api#/paths/${escaped(path)}/${method}/responses`;
    const place = `${answers}/${status}/content/${escaped(media)}/schema`;
    if (!this.known.has(place)) this.known.set(place, this.ajv.compile({ $ref: place }));
    return this.known.get(place);
  }

  async look(path, method, operation, answer, what) {
    ++this.requests;
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    const told = `${operation.operationId}: ${what}`;
    const documented = operation.responses[answer.status];
    const media = (answer.headers.get("content-type") ?? "").split(";")[0];
    if (media === "text/event-stream") return void (await answer.body.cancel());
    const content = Buffer.from(await answer.arrayBuffer());
    if (answer.status >= 500 && !(answer.status === 503 && documented))
      return found(`${told}: ${answer.status} ${content.toString().slice(0, 200)}`);
    // What the edge refuses before it knows any operation.
    if (content.includes('"code":"http_')) return;
    if (!documented)
      return found(
        `${told}: status ${answer.status} is not documented: ${content.toString().slice(0, 160)}`,
      );
    if (!documented.content)
      return content.length === 0 ? undefined : found(`${told}: ${answer.status} has content`);
    const type = documented.content[media] ?? documented.content["*/*"];
    if (!type) return found(`${told}: ${answer.status} answers ${media || "nothing"}, not documented`);
    if (!type.schema) return;
    const check = this.schemaAt(path, method, answer.status, media);
    if (!check(JSON.parse(content.toString())))
      found(`${told}: ${answer.status} breaks its schema: ${JSON.stringify(check.errors[0])}`);
  }
}

function targetOf(path, operation, document, way) {
  let target = path;
  const query = [];
  for (const parameter of operation.parameters ?? []) {
    const odd = way === "odd parameters" && random() < 0.6;
    const value = odd
      ? pick(oddTexts.slice(1).filter((text) => text !== "\u0000"))
      : valueOf(parameter.schema, document);
    if (parameter.in === "path") {
      const text = parameter.name === "id" && !odd ? pick(knownIds) : String(value) || "x";
      target = target.replace(`{${parameter.name}}`, encodeURIComponent(text.slice(0, 500)));
    } else if (parameter.in === "query" && (odd || parameter.required || random() < 0.3)) {
      if (parameter.name === "filter")
        query.push(`filter%5B${encodeURIComponent(pick(["id", "state", "no_field"]))}%5D=x`);
      else query.push(`${parameter.name}=${encodeURIComponent(String(value).slice(0, 500))}`);
    }
  }
  if (way === "odd parameters") query.push(`no_parameter=${encodeURIComponent(pick(["1", "聊城"]))}`);
  return target + (query.length ? "?" + query.join("&") : "");
}

function bodyOf(operation, document, way) {
  const media = operation.requestBody?.content?.["application/json"];
  if (!media) return way === "valid" ? undefined : pick([undefined, "x", '{"a":1}']);
  const value = valueOf(media.schema, document);
  switch (way) {
    case "valid":
    case "odd parameters":
      return JSON.stringify(value);
    case "spoiled":
      return JSON.stringify(spoiled(value));
    case "no JSON":
      return pick(["{", "[1,", "\u0000", '{"a":1,"a":2}', "[".repeat(200), '"\\ud800"', "{}{}", "nul"]);
    default:
      return JSON.stringify(pick(oddValues));
  }
}

// Asked of the last, or not at all: it would end the run's own session.
const left_out = new Set(["sign_out"]);

async function askAll(base, document, judge, person) {
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (left_out.has(operation.operationId)) continue;
      for (const way of ["valid", "spoiled", "no JSON", "odd parameters", "odd values", "wrong type"]) {
        if (method === "get" && way !== "valid" && way !== "odd parameters") continue;
        const headers = {
          cookie: person.cookie,
          "x-csrf-token": person.csrf,
          "content-type": "application/json",
        };
        if (way === "wrong type") headers["content-type"] = pick(["text/plain", "application/xml", "x"]);
        if (random() < 0.2)
          headers["if-match"] = pick(['"1"', 'W/"1-x"', "x", '"99999999999999999999"', "*"]);
        if (random() < 0.2) headers["idempotency-key"] = pick(["k1", "k".repeat(400)]);
        const target = targetOf(path, operation, document, way);
        const body = method === "get" ? undefined : bodyOf(operation, document, way);
        const answer = await fetch(base + target, {
          method: method.toUpperCase(),
          headers,
          body,
          redirect: "manual",
        });
        // A stream that was cloned ends only when both are given up.
        const streams = (answer.headers.get("content-type") ?? "").startsWith("text/event-stream");
        if (answer.status === 200 && !streams) await remember(answer.clone());
        await judge.look(
          path,
          method,
          operation,
          answer,
          `${way} ${method} ${target.slice(0, 120)} ${String(body ?? "").slice(0, 120)}`,
        );
      }
      const wrong = await fetch(base + path.replaceAll(/\{\w+\}/g, knownIds[0]), {
        method: "PATCH",
        headers: { cookie: person.cookie, "x-csrf-token": person.csrf },
      });
      if (![404, 405].includes(wrong.status)) found(`${path}: PATCH answers ${wrong.status}`);
    }
}

// Ids that exist are worth more than ids made up.
async function remember(answer) {
  if (!(answer.headers.get("content-type") ?? "").startsWith("application/json")) return;
  const document = await answer.json().catch(() => undefined);
  for (const item of document?.items ?? [])
    if (item.id?.length === 36 && knownIds.length < 400) knownIds.push(item.id);
}

// ---- the document -----------------------------------------------------------------------------------

async function checkDocument(document) {
  const verdict = await new Validator().validate(document);
  if (!verdict.valid) found(`the document is not valid: ${JSON.stringify(verdict.errors).slice(0, 500)}`);
  writeFileSync(join(folder, "api.d.ts"), astToString(await openapiTS(document)));
  writeFileSync(join(folder, "client.ts"), readFileSync(join(here, "client.ts")));
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const options = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: "ES2022",
      module: "ESNext",
      moduleResolution: "bundler",
      skipLibCheck: true,
      types: [],
      paths: { "openapi-fetch": [join(here, "../../node_modules/openapi-fetch")] },
    },
    files: ["client.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  try {
    execFileSync(process.execPath, [tsc, "-p", folder]);
  } catch (broken) {
    found(`the generated client does not compile: ${broken.stdout}`);
  }
}

try {
  const base = await start();
  const document = await (await fetch(base + "/api/v1/openapi.json")).json();
  await checkDocument(document);
  const judge = new Judge(document);
  for (let round = 0; round < rounds; ++round)
    for (const login of ["officer", "sysadmin", "firm"])
      await askAll(base, document, judge, await signIn(base, login));
  const operations = Object.values(document.paths).flatMap(Object.keys).length;
  console.log(
    [...judge.statuses]
      .sort()
      .map(([status, times]) => `${status} × ${times}`)
      .join(", "),
  );
  console.log(
    `seed ${seed}: ${operations} operations, ${judge.requests} requests, ${faults.size} faults`,
  );
} finally {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
for (const [what, times] of [...faults].slice(0, 60)) console.log(`${times} × ${what}`);
process.exit(faults.size === 0 ? 0 : 1);
