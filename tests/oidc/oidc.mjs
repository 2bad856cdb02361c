// usage: node oidc.mjs PLUMBLINE
//
// Signing in at a real OpenID provider (npm's oidc-provider, a certified one) on loopback: linking, signing
// in by every algorithm, key rotation; and every answer that must not be believed, made of the provider's
// real one and signed anew where the attack needs it. Exits 1 with what went wrong.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Provider from "oidc-provider";
import { until } from "../until.mjs";

const [, , plumbline] = process.argv;
const folder = mkdtempSync(join(tmpdir(), "plumbline-oidc-"));
const data = join(folder, "city");
const secret = "a secret & of = 32 bytes at least %";

const freePort = () =>
  new Promise((done) => {
    const socket = createSocket().listen(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });

// ---- the provider -----------------------------------------------------------------------------------

function makeKey(kid, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig" };
}
const keySet = (generation) => [
  makeKey(`rsa-${generation}`, "rsa", { modulusLength: 2048 }),
  makeKey(`ec-${generation}`, "ec", { namedCurve: "P-256" }),
  makeKey(`ed-${generation}`, "ed25519", {}),
];
const algorithms = { rs: "RS256", ps: "PS256", es: "ES256", ed: "EdDSA" };

const [port, issuerPort] = [await freePort(), await freePort()];
const base = `http://127.0.0.1:${port}`;
const issuer = `http://127.0.0.1:${issuerPort}`;
let keys = keySet(1);
let account = "provider-li"; // who signs in at the provider
let provider;
let tamper = null; // (claims, header) => an ID token instead of the provider's

function makeProvider() {
  const made = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ["a key of the cookies of a test"] },
    clients: Object.entries(algorithms).map(([name, algorithm]) => ({
      client_id: `plumbline-${name}`,
      client_secret: secret,
      redirect_uris: [`${base}/api/v1/oidc/${name}/callback`],
      id_token_signed_response_alg: algorithm,
      // One of them by the form, the others by the header.
      token_endpoint_auth_method: "client_secret_basic",
    })),
    enabledJWA: { idTokenSigningAlgValues: Object.values(algorithms) },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    pkce: { required: () => true },
    ttl: { Session: 60, Grant: 60, Interaction: 60, AccessToken: 60, IdToken: 60 },
  });
  made.on("server_error", (_, error) => console.error(error));
  return made;
}

async function interact(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (account === null)
    return provider.interactionFinished(request, response, { error: "access_denied" });
  const grant = new provider.Grant({ accountId: account, clientId: params.client_id });
  grant.addOIDCScope("openid");
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { login: { accountId: account }, consent });
}

function spoilToken(response) {
  const end = response.end.bind(response);
  response.end = (chunk, ...rest) => {
    const document = JSON.parse(chunk.toString());
    if (document.id_token === undefined) return end(chunk, ...rest);
    const [header, claims] = document.id_token
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    document.id_token = tamper(claims, header);
    const text = JSON.stringify(document);
    response.setHeader("content-length", Buffer.byteLength(text));
    return end(text);
  };
}

const front = createServer((request, response) => {
  if (request.url.startsWith("/interaction/"))
    return interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
  if (tamper !== null && request.url === "/token") spoilToken(response);
  return provider.callback()(request, response);
});

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
// Signed as the provider would.
function signed(claims, header, jwk = keys[0]) {
  const text = `${encoded(header)}.${encoded(claims)}`;
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

// ---- the server -------------------------------------------------------------------------------------

const run = (...given) => execFileSync(plumbline, [...given, "--data", data], { encoding: "utf8" });
const passwordIn = (text) => /"password": "([^"]+)"/.exec(text)[1];
let server;

function serve() {
  server = spawn(plumbline, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((done, failed) => {
    server.stdout.once("data", done);
    server.once("exit", () => failed(new Error("the server ended")));
  });
}
function stop() {
  server.removeAllListeners("exit");
  const ended = new Promise((done) => server.once("exit", done));
  server.kill();
  return ended;
}

// A browser: cookies by host and port, no redirect without being told.
class Browser {
  cookies = new Map();
  csrf = "";
  async ask(url, options = {}) {
    const origin = new URL(url).origin;
    const jar = this.cookies.get(origin) ?? new Map();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "x-csrf-token": this.csrf, ...options.headers };
    const answer = await fetch(url, { redirect: "manual", ...options, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }
  api(method, path, body) {
    return this.ask(base + path, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }
  async signIn(login, password) {
    const answer = await this.api("POST", "/api/v1/session", { login, password });
    assert.equal(answer.status, 201, await answer.clone().text());
    this.csrf = (await answer.json()).csrf;
    return this;
  }
  // Through the provider's pages to the address that leads back; it is not followed.
  async leadBack(location) {
    for (let steps = 0; steps < 10; ++steps) {
      if (location.startsWith(`${base}/`)) return location;
      const answer = await this.ask(location);
      assert.equal(answer.status, 303, `${location}: ${answer.status} ${await answer.text()}`);
      location = new URL(answer.headers.get("location"), location).href;
    }
    throw new Error("the provider leads nowhere");
  }
  async start(name = "rs", path = "/work?a=b") {
    const answer = await this.ask(`${base}/api/v1/oidc/${name}/start?return=${encodeURIComponent(path)}`);
    assert.equal(answer.status, 303, await answer.clone().text());
    return answer.headers.get("location");
  }
  async through(name = "rs") {
    return this.ask(await this.leadBack(await this.start(name)));
  }
}

async function refused(answer, status, code, detail) {
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  assert.equal(JSON.parse(text).code, code);
  if (detail !== undefined) assert.equal(JSON.parse(text).detail, detail);
}
async function welcome(answer, browser) {
  assert.equal(answer.status, 303, await answer.clone().text());
  assert.equal(answer.headers.get("location"), "/work?a=b");
  const session = await browser.api("GET", "/api/v1/session");
  assert.equal(session.status, 200);
  const document = await session.json();
  browser.csrf = document.csrf;
  return document;
}

// RFC 6238
function totp(secretText) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secretText) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// ---- what is tried ----------------------------------------------------------------------------------

// Those that the command line gave are good for nothing else.
async function everybodyChoosesAPassword(passwords) {
  for (const login of Object.keys(passwords)) {
    const browser = await new Browser().signIn(login, passwords[login]);
    await refused(await browser.api("GET", "/api/v1/meta"), 403, "password_change_required");
    const wish = { present: passwords[login], wanted: `own-lantern-${login}-7781` };
    assert.equal((await browser.api("POST", "/api/v1/password", wish)).status, 204);
    passwords[login] = wish.wanted;
  }
}

async function nobodyGetsAnAccount() {
  const stranger = new Browser();
  await refused(await stranger.through(), 403, "identity_unknown");
  await refused(await stranger.api("GET", "/api/v1/session"), 401, "not_signed_in");
}

async function ownersLink(password) {
  const li = await new Browser().signIn("li", password);
  const wish = { password: "not this one", return: "/work?a=b" };
  await refused(await li.api("POST", "/api/v1/oidc/rs/link", wish), 401, "login_failed");
  const begun = await li.api("POST", "/api/v1/oidc/rs/link", { ...wish, password });
  assert.equal(begun.status, 201, await begun.clone().text());
  const back = await li.leadBack((await begun.json()).location);
  // Somebody else's browser cannot bring an identity to this account.
  await refused(await new Browser().ask(back), 400, "oidc_state_unknown");
  assert.equal((await li.ask(back)).status, 303);
  const { items } = await (await li.api("GET", "/api/v1/identities")).json();
  assert.deepEqual(items.map((item) => [item.issuer, item.subject]), [[issuer, "provider-li"]]);
  return li;
}

async function everyAlgorithmSignsIn() {
  for (const name of Object.keys(algorithms)) {
    const browser = new Browser();
    const session = await welcome(await browser.through(name), browser);
    assert.equal(session.second_factor_required, false);
    assert.equal((await browser.api("GET", "/api/v1/region")).status, 200, name);
  }
}

async function statesAreGoodOnceAndInTheirBrowser() {
  const browser = new Browser();
  const back = await browser.leadBack(await browser.start());
  await refused(await new Browser().ask(back), 400, "oidc_state_unknown");
  await refused(await browser.ask(back.replace("/rs/", "/es/")), 400, "oidc_state_unknown");
  const again = await browser.leadBack(await browser.start());
  await welcome(await browser.ask(again), browser);
  await refused(await browser.ask(again), 400, "oidc_state_unknown");
  const other = new Browser();
  await other.start();
  await refused(await other.ask(again), 400, "oidc_state_unknown");
}

async function codesAreGoodOnce() {
  const browser = new Browser();
  const back = new URL(await browser.leadBack(await browser.start()));
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: back.searchParams.get("code"),
    redirect_uri: `${base}/api/v1/oidc/rs/callback`,
    client_id: "plumbline-rs",
    client_secret: secret,
  });
  // Without the verifier nobody redeems it.
  const stolen = await fetch(`${issuer}/token`, { method: "POST", body: form });
  assert.equal(stolen.status, 400);
  const one = new Browser();
  const first = await one.leadBack(await one.start());
  const two = new Browser();
  const second = new URL(await two.leadBack(await two.start()));
  await welcome(await one.ask(first), one);
  second.searchParams.set("code", new URL(first).searchParams.get("code"));
  await refused(await two.ask(second.href), 403, "oidc_refused", "400");
}

async function answersOfOthersAreNotTaken() {
  const mixed = new Browser();
  const back = new URL(await mixed.leadBack(await mixed.start()));
  back.searchParams.set("iss", "https://honest.example");
  await refused(await mixed.ask(back.href), 403, "oidc_token_invalid", "iss");
  const silent = new Browser();
  const without = new URL(await silent.leadBack(await silent.start()));
  without.searchParams.delete("iss");
  await refused(await silent.ask(without.href), 403, "oidc_token_invalid", "iss");
  account = null;
  await refused(await new Browser().through(), 403, "oidc_denied");
  account = "provider-li";
}

async function forgeriesAreNotBelieved() {
  const publicPem = createPublicKey({ key: keys[0], format: "jwk" }).export({ type: "spki", format: "pem" });
  const foreign = makeKey(keys[0].kid, "rsa", { modulusLength: 2048 });
  const hmac = (claims, header) => {
    const text = `${encoded({ ...header, alg: "HS256" })}.${encoded(claims)}`;
    return `${text}.${createHmac("sha256", publicPem).update(text).digest("base64url")}`;
  };
  const now = Math.floor(Date.now() / 1000);
  const forgeries = [
    ["nonce", (claims, header) => signed({ ...claims, nonce: "another" }, header)],
    ["nonce", ({ nonce, ...claims }, header) => signed(claims, header)],
    ["aud", (claims, header) => signed({ ...claims, aud: "plumbline-es" }, header)],
    ["aud", (claims, header) => signed({ ...claims, aud: ["plumbline-rs", "other"] }, header)],
    ["aud", (claims, header) => signed({ ...claims, azp: "other" }, header)],
    ["iss", (claims, header) => signed({ ...claims, iss: "https://honest.example" }, header)],
    ["exp", (claims, header) => signed({ ...claims, exp: now - 120 }, header)],
    ["exp", ({ exp, ...claims }, header) => signed(claims, header)],
    ["iat", (claims, header) => signed({ ...claims, iat: now - 3600 }, header)],
    ["iat", (claims, header) => signed({ ...claims, iat: now + 3600 }, header)],
    ["nbf", (claims, header) => signed({ ...claims, nbf: now + 3600 }, header)],
    ["sub", (claims, header) => signed({ ...claims, sub: "" }, header)],
    ["alg", (claims, header) => `${encoded({ ...header, alg: "none" })}.${encoded(claims)}.`],
    ["alg", hmac],
    ["crit", (claims, header) => signed(claims, { ...header, crit: ["exp"] })],
    ["signature", (claims, header) => signed(claims, header, foreign)],
    ["signature", (claims, header) => signed(claims, { ...header, kid: "nobody's" }, foreign)],
    ["signature", (claims, header) => signed(claims, { ...header, alg: "ES256" })],
    ["signature", (claims, header) => signed(claims, header).replace(/\.[^.]+$/, ".")],
    ["form", () => "no token at all"],
  ];
  for (const [detail, forge] of forgeries) {
    tamper = forge;
    const browser = new Browser();
    await refused(await browser.through(), 403, "oidc_token_invalid", detail);
    await refused(await browser.api("GET", "/api/v1/session"), 401, "not_signed_in");
  }
  // The same hand, writing the truth, is believed: the forgeries fail for what they say.
  const ours = { aud: ["plumbline-rs", "other"], azp: "plumbline-rs" };
  tamper = (claims, header) => signed({ ...claims, ...ours }, header);
  const browser = new Browser();
  await welcome(await browser.through(), browser);
  tamper = null;
}

async function newKeysAreFound() {
  keys = keySet(2);
  provider = makeProvider();
  // The old keys were read a moment ago; they are looked for again after some seconds.
  const found = async () => {
    const browser = new Browser();
    const answer = await browser.through();
    if (answer.status === 303) return welcome(answer, browser);
    await refused(answer, 403, "oidc_token_invalid", "signature");
    return null;
  };
  await until("a sign-in with the new keys", found, 60);
}

async function returnsStayHere() {
  const strange = ["//evil.example", "https://evil.example", "/\\evil.example", "", "work", "/a\r\nb"];
  for (const path of strange) {
    const answer = await fetch(`${base}/api/v1/oidc/rs/start?return=${encodeURIComponent(path)}`, {
      redirect: "manual",
    });
    await refused(answer, 400, "return_path_not_local");
  }
  assert.equal((await fetch(`${base}/api/v1/oidc/none/start`, { redirect: "manual" })).status, 404);
}

async function secondFactorsAreStillAsked(li) {
  const begun = await (await li.api("POST", "/api/v1/second-factor")).json();
  const confirmed = await li.api("POST", "/api/v1/second-factor/confirm", { code: totp(begun.secret) });
  assert.equal(confirmed.status, 200, await confirmed.clone().text());
  const recovery = (await confirmed.json()).recovery_codes;
  const browser = new Browser();
  const session = await welcome(await browser.through(), browser);
  assert.equal(session.second_factor_required, true);
  await refused(await browser.api("GET", "/api/v1/region"), 403, "second_factor_pending");
  await refused(
    await browser.api("POST", "/api/v1/second-factor/check", { code: "000000" }),
    401,
    "second_factor_wrong",
  );
  const checked = await browser.api("POST", "/api/v1/second-factor/check", { code: recovery[0] });
  assert.equal(checked.status, 204);
  assert.equal((await browser.api("GET", "/api/v1/region")).status, 200);
  // A provider whose word for it is taken has asked already.
  tamper = (claims, header) => signed({ ...claims, amr: ["pwd", "otp"] }, header);
  const strong = new Browser();
  assert.equal((await welcome(await strong.through(), strong)).second_factor_required, false);
  assert.equal((await strong.api("GET", "/api/v1/region")).status, 200);
  tamper = (claims, header) => signed({ ...claims, amr: ["pwd"] }, header);
  const weak = new Browser();
  assert.equal((await welcome(await weak.through(), weak)).second_factor_required, true);
  tamper = null;
}

async function administratorsLinkAndUnlink(ids, passwords) {
  const guard = await new Browser().signIn("guard", passwords.guard);
  const of = (id) => `/api/v1/account/${id}/identities`;
  const wish = { provider: "rs", subject: "provider-wu", reason: "入职" };
  const wu = await new Browser().signIn("wu", passwords.wu);
  await refused(await wu.api("POST", of(ids.li), wish), 403, "forbidden");
  await refused(await guard.api("POST", of(ids.guard), wish), 403, "not_for_oneself");
  assert.equal((await guard.api("POST", of(ids.wu), wish)).status, 204);
  await refused(await guard.api("POST", of(ids.li), wish), 409, "identity_taken");
  account = "provider-wu";
  const browser = new Browser();
  assert.equal((await welcome(await browser.through(), browser)).account, ids.wu);
  const closed = await guard.api("POST", of(ids.wu) + "/unlink", { reason: "离职" });
  assert.equal(closed.status, 204);
  await refused(await new Browser().through(), 403, "identity_unknown");
  await refused(await guard.api("POST", of(ids.wu) + "/unlink", { reason: "离职" }), 404, "not_found");
  const measures = await (await guard.api("GET", "/api/v1/access_measure")).json();
  assert.deepEqual(measures.items.map((item) => item.kind).sort(), ["identity_linked", "identity_unlinked"]);
  // Whose sessions are ended is not on the way to another door either.
  const begun = await wu.api("POST", "/api/v1/oidc/rs/link", { password: passwords.wu });
  const back = await wu.leadBack((await begun.json()).location);
  const ended = await guard.api("POST", `/api/v1/account/${ids.wu}/sessions/end`, { reason: "口令外泄" });
  assert.equal(ended.status, 204);
  await refused(await wu.ask(back), 400, "oidc_state_unknown");
  // Whose account is closed is nobody here, whatever the provider says.
  account = "provider-li";
  const end = await guard.api("POST", `/api/v1/account/${ids.li}/close`, { reason: "离职" });
  assert.equal(end.status, 200, await end.clone().text());
  await refused(await new Browser().through(), 401, "login_failed");
}

// ---- all of it --------------------------------------------------------------------------------------

let failure = null;
try {
  provider = makeProvider();
  await new Promise((done) => front.listen(issuerPort, "127.0.0.1", done));
  run("init", "--jurisdiction", "3715", "--origin", "oidc.example/log");
  const passwords = {};
  const ids = {};
  for (const [login, role] of [["li", "officer"], ["wu", "officer"], ["guard", "security_administrator"]]) {
    const told = run("user", "add", login, "--password");
    passwords[login] = passwordIn(told);
    ids[login] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(told)[0];
    run("grant", "give", login, role, "--scope", "3715");
  }
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, secret + "\n");
  for (const name of Object.keys(algorithms))
    run("oidc", "add", name, "--issuer", issuer, "--client-id", `plumbline-${name}`, "--base-url", base,
        "--secret-file", secretFile, "--strong-amr", "otp");
  assert.equal(statSync(join(data, "keys", "oidc-rs.secret")).mode & 0o777, 0o600);
  assert.ok(!run("oidc", "list", "--json").includes(secret));
  await serve();
  const listed = await (await fetch(`${base}/api/v1/oidc/providers`)).json();
  assert.deepEqual(listed.items.map((item) => item.name), Object.keys(algorithms));
  await everybodyChoosesAPassword(passwords);
  await nobodyGetsAnAccount();
  const li = await ownersLink(passwords.li);
  await everyAlgorithmSignsIn();
  await statesAreGoodOnceAndInTheirBrowser();
  await codesAreGoodOnce();
  await answersOfOthersAreNotTaken();
  await forgeriesAreNotBelieved();
  await newKeysAreFound();
  await returnsStayHere();
  await secondFactorsAreStillAsked(li);
  await administratorsLinkAndUnlink(ids, passwords);
  front.closeAllConnections();
  await new Promise((done) => front.close(done));
  await stop();
  await serve();
  const away = await fetch(`${base}/api/v1/oidc/rs/start`, { redirect: "manual" });
  await refused(away, 503, "oidc_unreachable");
} catch (error) {
  failure = error;
} finally {
  if (server !== undefined) await stop();
  front.close();
  rmSync(folder, { recursive: true, force: true });
}
if (failure !== null) {
  console.error(failure);
  process.exit(1);
}
console.log("an OpenID provider lets people in, and nothing else does");
