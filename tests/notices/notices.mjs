// usage: node notices.mjs PLUMBLINE
//
// What leaves the house, from the real program to real programs of others: webhooks verified by the
// specification's own library while the server is killed with SIGKILL, mails taken by a real SMTP server that
// refuses, hangs and dies. Times are chosen: each start of the server has its own. Exits 1 on faults.
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { until } from "../until.mjs";

const plumbline = process.argv[2];
const scratch = mkdtempSync(join(tmpdir(), "plumbline-notices-"));
const faults = [];

function check(is, what) {
  if (!is) faults.push(what);
}

const run = (...words) => execFileSync(plumbline, words, { encoding: "utf8" });

// ---- the server -----------------------------------------------------------------------------------------

class Server {
  static running = new Set();
  static async start(data, at) {
    const server = new Server();
    Server.running.add(server);
    const words = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--at", at.toISOString()];
    server.process = spawn(plumbline, words, { stdio: ["ignore", "pipe", "inherit"] });
    server.ended = new Promise((done) => server.process.once("exit", done));
    server.base = await new Promise((done, failed) => {
      server.process.stdout.once("data", (line) => done(line.toString().trim()));
      server.process.once("exit", () => failed(new Error("the server ended")));
    });
    return server;
  }
  async end(signal = "SIGTERM") {
    this.process.kill(signal);
    await this.ended;
    Server.running.delete(this);
  }
  async signIn(login, password) {
    const answer = await fetch(this.base + "/api/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login, password }),
    });
    if (answer.status !== 201) throw new Error(`${login}: ${answer.status} ${await answer.text()}`);
    const cookie = answer.headers.get("set-cookie").split(";")[0];
    const { csrf } = await answer.json();
    return async (method, path, body) => {
      const told = await fetch(this.base + path, {
        method,
        headers: { cookie, "x-csrf-token": csrf, "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await told.text();
      if (!told.ok) throw new Error(`${method} ${path}: ${told.status} ${text}`);
      return text === "" ? {} : JSON.parse(text);
    };
  }
}

async function all(ask, path) {
  const items = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await ask("GET", `${path}limit=200${cursor && `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

const minutes = (count) => count * 60_000;
const later = (at, by) => new Date(at.getTime() + by);

// ---- webhooks -------------------------------------------------------------------------------------------

async function webhooksSurviveAKill() {
  const data = join(scratch, "hooks");
  const now = new Date();
  now.setMilliseconds(0);
  const city = ["--jurisdiction", "3715", "--origin", "n.example/log"];
  run("init", "--data", data, ...city, "--at", now.toISOString());
  const common = ["--data", data, "--at", now.toISOString()];
  const given = /"password": "([^"]+)"/.exec(run("user", "add", "officer", "--password", ...common))[1];
  const password = "own-lantern-7781";
  run("grant", "give", "officer", "officer", "--scope", "3715", ...common);
  run("webhook", "allow", "127.0.0.0/8", "--reason", "a test", ...common);

  const seen = new Map(); // webhook-id → bodies
  let secret;
  let posts = 0;
  let atPost = () => {};
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      const id = request.headers["webhook-id"];
      try {
        new Webhook(secret).verify(body, request.headers);
      } catch (error) {
        faults.push(`a signature is wrong: ${error.message}`);
      }
      if (!seen.has(id)) seen.set(id, new Set());
      seen.get(id).add(body);
      atPost(++posts);
      response.writeHead(204).end();
    });
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));

  let server = await Server.start(data, now);
  const first = await server.signIn("officer", given);
  await first("POST", "/api/v1/password", { present: given, wanted: password });
  let ask = await server.signIn("officer", password);
  const url = `http://127.0.0.1:${receiver.address().port}/hook`;
  const made = await ask("POST", "/api/v1/webhooks", { url, registers: ["firm"] });
  secret = made.secret;
  const wanted = 500;
  const killed = new Promise((done) => {
    atPost = (count) => {
      if (count === 120) done(server.end("SIGKILL")); // which this one's answer finds dead
    };
  });
  const entries = new Set();
  let starts = 1;
  const acts = (async () => {
    for (let i = 0; entries.size < wanted || starts < 2; ++i) {
      const identifiers = [{ scheme: "test", value: `W-${i}` }];
      const firm = { name: `回调企业${i}`, region: "371581", identifiers };
      try {
        const done = await ask("POST", "/api/v1/firm", firm);
        entries.add(done.entry);
      } catch {
        await killed;
        ++starts;
        // By then those that were under way are due again.
        server = await Server.start(data, later(now, minutes(4)));
        ask = await server.signIn("officer", password);
      }
    }
  })();
  await until("the post at which the server is killed", () => posts >= 120);
  await killed;
  await acts;
  const deliveries = await until("all deliveries", async () => {
    const items = await all(ask, "/api/v1/deliveries?");
    return items.length >= wanted && items.every((item) => item.state === "sent") && items;
  });
  const causes = new Set(deliveries.map((item) => item.cause));
  check(causes.size === deliveries.length, "a cause has two deliveries");
  for (const entry of entries) check(causes.has(`entry:${entry}`), `entry ${entry} was told to nobody`);
  for (const { id } of deliveries) check(seen.has(id), `${id} is sent and never came`);
  check(seen.size === deliveries.length, `${seen.size} ids came, ${deliveries.length} were sent`);
  for (const [id, bodies] of seen) check(bodies.size === 1, `${id} came with two bodies`);
  const repeated = posts - seen.size;
  check(repeated > 0, "nothing was under way when the server was killed");
  console.log(`webhooks: ${deliveries.length} deliveries, ${posts} posts, ${repeated} of them repeated`);
  await server.end();
  receiver.close();
}

// ---- mail -----------------------------------------------------------------------------------------------

class Mailbox {
  constructor() {
    this.mode = "take";
    this.tried = 0;
    this.mails = [];
    this.server = new SMTPServer({
      authOptional: false,
      allowInsecureAuth: true,
      disabledCommands: ["STARTTLS"],
      onAuth: ({ username, password }, _, answer) =>
        username === "plumbline" && password === "s3cret"
          ? answer(null, { user: username })
          : answer(new Error("who are you")),
      onRcptTo: (_, __, answer) => {
        ++this.tried;
        const refusal = { refuse: 451, reject: 550 }[this.mode];
        answer(refusal ? Object.assign(new Error("not now"), { responseCode: refusal }) : null);
      },
      onData: (stream, session, answer) => {
        let text = "";
        stream.on("data", (piece) => (text += piece));
        stream.on("end", () => {
          this.mails.push({ text, to: session.envelope.rcptTo[0].address });
          if (this.mode === "take") answer();
          else if (this.mode === "die") for (const one of this.server.connections) one._socket.destroy();
        });
      },
    });
    this.server.on("error", () => {}); // connections that others have closed
  }
  async listen() {
    await new Promise((done) => this.server.listen(0, "127.0.0.1", done));
    return this.server.server.address().port;
  }
  of(address) {
    return this.mails.filter((mail) => mail.to === address);
  }
}

const idOf = (mail) => /^Message-ID: <(.*)>\r$/m.exec(mail.text)[1];
const subjectOf = (mail) =>
  [...mail.text.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map((word) => Buffer.from(word[1], "base64")).join("");
const bodyOf = (mail) => Buffer.from(mail.text.split("\r\n\r\n")[1], "base64").toString();

async function mailsSurviveABadServer() {
  const data = join(scratch, "city");
  execFileSync(plumbline, ["demo", "--data", data, "--seed", "7", "--firms", "60"], { stdio: "ignore" });
  const accounts = readFileSync(join(data, "demo-accounts.txt"), "utf8");
  const password = /口令 (\S+)：/.exec(accounts)[1];
  const mailbox = new Mailbox();
  const port = await mailbox.listen();
  writeFileSync(join(scratch, "smtp-password"), "s3cret\n", { mode: 0o600 });
  writeFileSync(
    join(data, "notices.json"),
    JSON.stringify({
      web: "https://quality.example.cn",
      mail: {
        url: `smtp://127.0.0.1:${port}`,
        from: "plumbline@city.example",
        user: "plumbline",
        password_file: join(scratch, "smtp-password"),
      },
    }),
  );
  const at = (time) => new Date(`2026-06-${time}:00+08:00`);
  const doers = ["publisher", "reviewer"];
  const chooser = await Server.start(data, at("10T10:00"));
  for (const [login, mail] of [...doers.map((login) => [login, "immediate"]), ["leader", "digest"]]) {
    const ask = await chooser.signIn(login, password);
    await ask("PUT", "/api/v1/notice-choice", { mail_address: `${login}@office.example`, mail });
  }
  await chooser.end();
  const taken = () => doers.flatMap((login) => mailbox.of(`${login}@office.example`));
  // One start of the server at a time of ours, until the deliveries to the doers are as wished.
  const turn = async (time, mode, wished) => {
    mailbox.mode = mode;
    const server = await Server.start(data, at(time));
    const asks = [];
    for (const login of doers) asks.push(await server.signIn(login, password));
    const items = await until(`mails of ${time}, ${mode}`, async () => {
      const found = [];
      for (const ask of asks) found.push(...(await all(ask, "/api/v1/deliveries?")));
      return wished(found) && found;
    });
    await server.end(mode === "take" ? "SIGTERM" : "SIGKILL");
    return items;
  };
  const shows = (items, wanted) => {
    const found = stages(items);
    check(found === JSON.stringify(wanted), `stages ${found}, not ${JSON.stringify(wanted)}`);
  };
  const are = (count, state) => (items) => items.filter((item) => item.state === state).length === count;
  const tried = (count) => (items) => items.filter((item) => item.last_error !== "").length >= count;
  const stages = (items) => {
    const found = {};
    for (const { cause } of items) {
      const stage = cause.split(":").pop();
      found[stage] = (found[stage] ?? 0) + 1;
    }
    return JSON.stringify(Object.fromEntries(Object.entries(found).sort()));
  };

  // Due on the 18th, the 23rd and the 24th.
  const first = await turn("17T10:00", "refuse", tried(3));
  shows(first, { "before-1": 1, "before-7": 2 });
  check(first.every((item) => item.last_error === "status 451"), "what a server said is not told");
  check(mailbox.mails.length === 0, "a refused mail was taken");
  await turn("17T11:00", "die", (items) => items.some((item) => item.last_error === "unreachable"));
  const cut = taken().map(idOf);
  check(cut.length > 0, "no mail reached the server that died");
  await turn("17T13:00", "take", are(3, "sent"));
  const ids = taken().map(idOf);
  check(new Set(ids).size === 3, `${new Set(ids).size} mails came, not 3`);
  check(ids.length === 3 + cut.length, "a mail came again that need not");
  const times = (id) => ids.filter((known) => known === id).length;
  check(cut.every((id) => times(id) === 2), "a mail that was cut off did not come once more");
  const one = taken().at(-1);
  check(/^Auto-Submitted: auto-generated\r$/m.test(one.text), "no Auto-Submitted");
  check(/^准绳提醒：公示抽查检查结果，/.test(subjectOf(one)), `subject: ${subjectOf(one)}`);
  const link = /https:\/\/quality\.example\.cn\/check\/[0-9a-f-]{36}/;
  check(link.test(bodyOf(one)), `no link: ${bodyOf(one)}`);

  await turn("18T10:00", "hang", (items) => items.some((item) => item.last_error === "too_slow"));
  const second = await turn("18T12:00", "take", are(4, "sent"));
  shows(second, { "before-1": 1, "before-7": 2, due: 1 });
  // The new one is sent last, so what else the two starts since would have sent again has come.
  const known = taken().map(idOf).filter((id) => ids.includes(id));
  check(known.length === ids.length, "a restart sent mails again");

  // Five days of standstill: of each clock the latest stage, and none of those that were missed.
  const digests = (day) =>
    mailbox.of("leader@office.example").filter((mail) => subjectOf(mail).endsWith(day));
  const third = await turn(
    "23T10:00",
    "take",
    (items) => are(7, "sent")(items) && digests("2026-06-23").length > 0,
  );
  const fresh = third.filter((item) => item.made_at.startsWith("2026-06-23"));
  shows(fresh, { "before-1": 1, due: 1, "over-5": 1 });
  check(new Set(third.map((item) => item.cause)).size === 7, "a cause has two mails");
  // The next day's digest closes the day: of this one there comes no second.
  await turn("24T10:00", "take", () => digests("2026-06-24").length > 0);
  check(digests("2026-06-23").length === 1, "more than one digest of a day");
  const digest = bodyOf(digests("2026-06-23")[0]);
  check((digest.match(/待督办/g) ?? []).length === 1, `escalated: ${digest}`);
  for (const mail of mailbox.mails)
    check(!/1[3-9]\d{9}/.test(bodyOf(mail)), "a telephone number in a mail");
  console.log(`mails: ${third.length} deliveries, ${mailbox.mails.length} bodies, ${mailbox.tried} tries`);
  mailbox.server.close();
}

const parts = { webhooks: webhooksSurviveAKill, mail: mailsSurviveABadServer };
try {
  for (const part of process.argv[3] ? [process.argv[3]] : Object.keys(parts)) await parts[part]();
} catch (error) {
  faults.push(error.stack);
}
for (const server of Server.running) await server.end("SIGKILL");
rmSync(scratch, { recursive: true, force: true });
for (const fault of faults) console.error(`wrong: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
