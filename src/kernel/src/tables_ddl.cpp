#include "tables.hpp"

namespace plumbline::kernel {
namespace {

// {ID} bytes, {INT} 64-bit, {END} table options: the only differences between the engines here.
std::string for_engine(std::string_view ddl, store::Engine engine) {
  bool const sqlite = engine == store::Engine::sqlite;
  struct Word {
    std::string_view mark;
    std::string_view sqlite;
    std::string_view postgres;
  };
  constexpr Word words[] = {{"{BIN}", "BLOB", "bytea"},
                            {"{INT}", "INTEGER", "bigint"},
                            {"{END}", "STRICT", ""},
                            {"{KEYED}", "STRICT, WITHOUT ROWID", ""}};
  std::string out;
  for (std::size_t i = 0; i < ddl.size();) {
    bool replaced = false;
    for (auto const& word : words)
      if (ddl.substr(i, word.mark.size()) == word.mark) {
        out += sqlite ? word.sqlite : word.postgres;
        i += word.mark.size();
        replaced = true;
        break;
      }
    if (!replaced) out += ddl[i++];
  }
  return out;
}

constexpr std::string_view first_tables = R"sql(
-- the log ---------------------------------------------------------------------------------------------
create table ledger_head (
  jurisdiction text not null primary key,
  size         {INT} not null,
  last_time    {INT} not null,          -- microseconds; leaves never go back in time
  frontier     {BIN} not null,          -- compact Merkle range of `size` leaves
  schema_seq   {INT} not null default 0 -- latest entry that touched grants, accounts, regions or rules
) {END};
create table entry (
  jurisdiction text not null,
  seq          {INT} not null,
  leaf_hash    {BIN} not null,
  leaf         text not null,           -- canonical JSON, exactly the bytes that are published
  primary key (jurisdiction, seq)
) {KEYED};
create table version (
  jurisdiction  text not null,
  entry         {INT} not null,         -- the log entry of this version
  register_name text not null,
  record        {BIN} not null,
  version       {INT} not null,
  action        text not null,
  account       {BIN} not null,         -- 16 zero bytes: the system
  recorded_at   {INT} not null,
  batch         text not null,          -- import batch or ""
  body          text not null,          -- canonical JSON: fields and envelope
  salts         {BIN} not null,         -- 32 bytes per open member, by name ascending
  closed        text not null,          -- erased members as canonical JSON {name: commitment} or ""
  primary key (jurisdiction, entry)
) {KEYED};
create index version_of_record on version (jurisdiction, register_name, record, entry);
create index version_of_batch on version (jurisdiction, batch, entry) where batch <> '';

-- derived ----------------------------------------------------------------------------------------------
create table record_scope (
  jurisdiction text not null, register_name text not null, scope text not null, record {BIN} not null,
  primary key (jurisdiction, register_name, scope, record)
) {KEYED};
create table record_party (
  jurisdiction text not null, register_name text not null, party {BIN} not null, record {BIN} not null,
  role text not null,
  primary key (jurisdiction, register_name, party, record, role)
) {KEYED};
create table clock (
  jurisdiction text not null, register_name text not null, record {BIN} not null, position {INT} not null,
  rule text not null, edition text not null, status text not null, triggered_on text not null,
  due_on text not null, provisional {INT} not null, ended_on text,
  primary key (jurisdiction, register_name, record, position)
) {KEYED};
create index clock_due on clock (jurisdiction, due_on, register_name, record, position)
  where status = 'running';
create table number_series (
  jurisdiction text not null, series text not null, last_number {INT} not null,
  primary key (jurisdiction, series)
) {KEYED};
create table chain_head (                -- chains that are not records: draws/…, ceremony/…, ledger
  jurisdiction text not null, chain text not null, seq {INT} not null, leaf_hash {BIN} not null,
  primary key (jurisdiction, chain)
) {KEYED};
create table adopted_leaf (              -- entries of such chains that came back without their bodies
  jurisdiction text not null, chain text not null, seq {INT} not null,
  primary key (jurisdiction, chain, seq)
) {KEYED};

-- rebuildable ------------------------------------------------------------------------------------------
create table register_schema (
  register_name text not null, column_name text not null, kind text not null,
  primary key (register_name, column_name)
) {KEYED};
create table checkpoint (                -- every checkpoint that was published, with its cosignatures
  jurisdiction text not null, size {INT} not null, note text not null,
  primary key (jurisdiction, size)
) {KEYED};
create table follower (
  jurisdiction text not null, name text not null, position {INT} not null,
  primary key (jurisdiction, name)
) {KEYED};

-- unlogged ---------------------------------------------------------------------------------------------
create table idempotency (
  jurisdiction text not null, account {BIN} not null, key text not null,
  payload_hash {BIN} not null,          -- 32 zero bytes where the payload was erased: equals no other
  record {BIN} not null, version {INT} not null, entry {INT} not null, state text not null,
  recorded_at {INT} not null,
  primary key (jurisdiction, account, key)
) {KEYED};
create index idempotency_by_entry on idempotency (jurisdiction, entry);
create table blob_release (              -- files that an erasure may have made superfluous
  jurisdiction text not null, sha256 text not null,
  primary key (jurisdiction, sha256)
) {KEYED};
create table credential (
  jurisdiction text not null, account {BIN} not null, password_hash text not null,
  primary key (jurisdiction, account)
) {KEYED};
create table session (                   -- of browsers
  jurisdiction text not null, token_hash {BIN} not null, account {BIN} not null, csrf text not null,
  opened_at {INT} not null, seen_at {INT} not null,
  primary key (jurisdiction, token_hash)
) {KEYED};
create index session_by_account on session (jurisdiction, account);
create table login_failure (             -- since the last time it went right
  jurisdiction text not null, login text not null, failures {INT} not null, last_at {INT} not null,
  primary key (jurisdiction, login)
) {KEYED};
)sql";

constexpr std::string_view finding_tables = R"sql(
create table name_gram (                 -- derived: pairs of neighbouring characters of searched names
  jurisdiction text not null, register_name text not null, gram text not null, record {BIN} not null,
  primary key (jurisdiction, register_name, gram, record)
) {KEYED};
)sql";

constexpr std::string_view account_tables = R"sql(
create table second_factor (             -- RFC 6238; what is not confirmed asks nothing at sign-in yet
  jurisdiction text not null, account {BIN} not null, secret {BIN} not null, confirmed {INT} not null,
  last_step {INT} not null,              -- no code is taken twice
  primary key (jurisdiction, account)
) {KEYED};
create table recovery_code (
  jurisdiction text not null, account {BIN} not null, code_hash {BIN} not null,
  primary key (jurisdiction, account, code_hash)
) {KEYED};
create table api_token (                 -- of programs
  jurisdiction text not null, token_hash {BIN} not null, account {BIN} not null, name text not null,
  registers text not null,               -- names with commas between them, "" = all
  reads_only {INT} not null, made_at {INT} not null, expires_at {INT} not null, used_at {INT} not null,
  primary key (jurisdiction, token_hash)
) {KEYED};
create index api_token_by_account on api_token (jurisdiction, account);
create table personal_read (             -- who saw personal data unmasked
  jurisdiction text not null, at {INT} not null, request text not null, account {BIN} not null,
  register_name text not null, what text not null, records text not null,
  primary key (jurisdiction, at, request)
) {KEYED};
)sql";

constexpr std::string_view work_tables = R"sql(
create index clock_of_register on clock (jurisdiction, register_name, due_on, record, position)
  where status = 'running';
create table job (                       -- imports and their undoing, one after another beside the server
  jurisdiction text not null, id {BIN} not null, account {BIN} not null, kind text not null,
  register_name text not null, batch text not null, file_name text not null, map text not null,
  language text not null, state text not null, report text not null, made_at {INT} not null,
  ended_at {INT} not null,               -- 0: not yet
  primary key (jurisdiction, id)
) {KEYED};
create index job_of_account on job (jurisdiction, account, made_at);
)sql";

constexpr std::string_view lease_tables = R"sql(
create table lease (                     -- what one server process does for all of them
  jurisdiction text not null, name text not null, holder {BIN} not null,
  ends_at {INT} not null,                -- microseconds
  primary key (jurisdiction, name)
) {KEYED};
)sql";

constexpr std::string_view view_tables = R"sql(
create table saved_view (                -- of lists, under names
  jurisdiction text not null, id {BIN} not null, account {BIN} not null, register_name text not null,
  name text not null, query text not null, columns text not null, shared {INT} not null,
  made_at {INT} not null,
  primary key (jurisdiction, id)
) {KEYED};
create index saved_view_of_register on saved_view (jurisdiction, register_name, id);
create index saved_view_of_account on saved_view (jurisdiction, account);
)sql";

constexpr std::string_view identity_tables = R"sql(
alter table api_token add column actions text not null default '';      -- "register.action", as registers
alter table credential add column one_time_until {INT} not null default 0;  -- 0: a password of one's own
alter table session add column must_change {INT} not null default 0;    -- 1: owes a password, 2: a code
alter table session add column is_strong {INT} not null default 0;      -- a provider asked a second factor
create table invitation_code (
  jurisdiction text not null, code_hash {BIN} not null, invitation {BIN} not null,
  primary key (jurisdiction, code_hash)
) {KEYED};
create table oidc_identity (             -- who somebody is at an OpenID provider
  jurisdiction text not null, issuer text not null, subject text not null, account {BIN} not null,
  linked_at {INT} not null, used_at {INT} not null,
  primary key (jurisdiction, issuer, subject)
) {KEYED};
create index oidc_identity_by_account on oidc_identity (jurisdiction, account);
create table oidc_sign_in (              -- under way: sent to a provider and not back yet
  jurisdiction text not null, state_hash {BIN} not null, browser_hash {BIN} not null,
  provider text not null, nonce text not null, verifier text not null, return_path text not null,
  account {BIN} not null,                -- who links an identity; 16 zero bytes: somebody signs in
  begun_at {INT} not null,
  primary key (jurisdiction, state_hash)
) {KEYED};
create index oidc_sign_in_by_age on oidc_sign_in (jurisdiction, begun_at);
)sql";

constexpr std::string_view notice_tables = R"sql(
create table webhook (
  jurisdiction text not null, id {BIN} not null, account {BIN} not null, url text not null,
  registers text not null,               -- names with commas between them, "" = all
  secret {BIN} not null,
  old_secret {BIN} not null, old_until {INT} not null,  -- signs too, until then
  state text not null,                   -- active, paused
  position {INT} not null,               -- the entry of the log that it has heard of last
  made_at {INT} not null,
  primary key (jurisdiction, id)
) {KEYED};
create index webhook_of_account on webhook (jurisdiction, account, id);
create table webhook_target (            -- beyond public addresses
  jurisdiction text not null, target text not null, account {BIN} not null, reason text not null,
  made_at {INT} not null,
  primary key (jurisdiction, target)
) {KEYED};
create table delivery (
  jurisdiction text not null, id {BIN} not null,
  channel text not null,                 -- webhook, mail, sms
  recipient {BIN} not null,              -- a webhook, an account
  cause text not null, account {BIN} not null, subject text not null, body text not null,
  state text not null,                   -- waiting, sent, dead
  attempts {INT} not null, next_at {INT} not null, last_error text not null, made_at {INT} not null,
  ended_at {INT} not null,               -- 0: not yet
  primary key (jurisdiction, id)
) {KEYED};
create unique index delivery_once on delivery (jurisdiction, channel, recipient, cause);
create index delivery_due on delivery (jurisdiction, next_at, channel, recipient) where state = 'waiting';
create index delivery_of_account on delivery (jurisdiction, account, id);
create index delivery_dead on delivery (jurisdiction, id) where state = 'dead';
create index delivery_ended on delivery (jurisdiction, ended_at) where ended_at > 0;
create table notice (                    -- what somebody is shown
  jurisdiction text not null, account {BIN} not null, id {BIN} not null, kind text not null,
  register_name text not null, record {BIN} not null, rule text not null, due_on text not null,
  cause text not null, made_at {INT} not null,
  read_at {INT} not null,                -- 0: not yet
  primary key (jurisdiction, account, id)
) {KEYED};
create unique index notice_once on notice (jurisdiction, account, cause);
create index notice_unread on notice (jurisdiction, account, id) where read_at = 0;
create index notice_made on notice (jurisdiction, made_at);
create table notice_choice (
  jurisdiction text not null, account {BIN} not null, mail_address text not null,
  mail text not null,                    -- none, immediate, digest
  telephone text not null, sms {INT} not null, language text not null,
  primary key (jurisdiction, account)
) {KEYED};
create index notice_choice_digest on notice_choice (jurisdiction, account) where mail = 'digest';
)sql";

constexpr TableInfo tables[] = {
    {"ledger_head", TableKind::log},
    {"entry", TableKind::log},
    {"version", TableKind::log},
    {"record_scope", TableKind::derived},
    {"record_party", TableKind::derived},
    {"clock", TableKind::derived},
    {"name_gram", TableKind::derived},
    {"number_series", TableKind::derived},
    {"chain_head", TableKind::derived},
    {"adopted_leaf", TableKind::derived},
    {"register_schema", TableKind::rebuildable},
    {"checkpoint", TableKind::rebuildable},
    {"follower", TableKind::rebuildable},
    {"idempotency", TableKind::unlogged},
    {"blob_release", TableKind::unlogged},
    {"credential", TableKind::unlogged},
    {"session", TableKind::unlogged},
    {"login_failure", TableKind::unlogged},
    {"second_factor", TableKind::unlogged},
    {"recovery_code", TableKind::unlogged},
    {"api_token", TableKind::unlogged},
    {"personal_read", TableKind::unlogged},
    {"job", TableKind::unlogged},
    {"lease", TableKind::unlogged},
    {"saved_view", TableKind::unlogged},
    {"invitation_code", TableKind::unlogged},
    {"oidc_identity", TableKind::unlogged},
    {"oidc_sign_in", TableKind::unlogged},
    {"webhook", TableKind::unlogged},
    {"webhook_target", TableKind::unlogged},
    {"delivery", TableKind::unlogged},
    {"notice", TableKind::unlogged},
    {"notice_choice", TableKind::unlogged},
};

}  // namespace

std::span<TableInfo const> kernel_tables() { return tables; }

store::Sql head_lock(store::Engine engine) {
  return {"head.lock", std::string("select size, last_time, frontier, schema_seq from ledger_head where "
                                   "jurisdiction = $1") +
                           (engine == store::Engine::postgres ? " for update" : "")};
}

std::optional<LogHead> log_head(store::Row const& row) {
  auto const range = ledger::CompactRange::deserialise(store::blob(row[2]));
  if (!range || range->size() != static_cast<std::uint64_t>(store::integer(row[0]))) return {};
  return LogHead{*range, store::integer(row[1]), store::integer(row[3])};
}

std::span<store::Migration const> kernel_migrations() {
  static std::vector<store::Migration> const migrations = {
      {1, "first tables", for_engine(first_tables, store::Engine::sqlite),
       for_engine(first_tables, store::Engine::postgres)},
      {2, "finding by name", for_engine(finding_tables, store::Engine::sqlite),
       for_engine(finding_tables, store::Engine::postgres)},
      {3, "accounts", for_engine(account_tables, store::Engine::sqlite),
       for_engine(account_tables, store::Engine::postgres)},
      {4, "work", for_engine(work_tables, store::Engine::sqlite),
       for_engine(work_tables, store::Engine::postgres)},
      {5, "leases", for_engine(lease_tables, store::Engine::sqlite),
       for_engine(lease_tables, store::Engine::postgres)},
      {6, "saved views", for_engine(view_tables, store::Engine::sqlite),
       for_engine(view_tables, store::Engine::postgres)},
      {7, "identity", for_engine(identity_tables, store::Engine::sqlite),
       for_engine(identity_tables, store::Engine::postgres)},
      {8, "notices", for_engine(notice_tables, store::Engine::sqlite),
       for_engine(notice_tables, store::Engine::postgres)},
  };
  return migrations;
}

}  // namespace plumbline::kernel
