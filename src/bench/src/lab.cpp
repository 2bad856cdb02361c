#include "lab.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "base/hash.hpp"
#include "kernel/grants.hpp"
#include "ledger/leaf.hpp"
#include "ledger/tree.hpp"
#include "reflect/codec.hpp"

namespace plumbline::bench {

namespace {

namespace fs = std::filesystem;
using store::Sql;

constexpr std::string_view jurisdiction = "3715";
constexpr unsigned submitters = 32;
constexpr std::uint64_t entries_per_commit = 20'000;
constexpr std::string_view schema = "plumbline_bench";
constexpr std::string_view bare_schema = "plumbline_bench_bare";

std::string in_schema(std::string const& address, std::string_view name) {
  return address + (address.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" +
         std::string(name);
}

template <class T>
T must(Result<T> result, std::string const& what) {
  if (!result) throw std::runtime_error(what + ": " + result.refusal().code + " " + result.refusal().detail);
  return std::move(*result);
}

Uuid make_person(kernel::System& system, std::string const& login, kernel::Role role) {
  Json account;
  account.set("login", login);
  account.set("name", "张三");
  kernel::Command make;
  make.register_name = "account";
  make.action = "create";
  make.payload = write_json(account);
  Uuid const made = must(system.act(make), "account").record;
  kernel::Grant grant;
  grant.account = made;
  grant.role = role;
  grant.scope = jurisdiction;
  grant.valid_from = legal_date(system.clock().now());
  grant.reason = "bench";
  kernel::Command give;
  give.register_name = "grant";
  give.action = "give";
  give.payload = reflect::to_text(grant);
  must(system.act(give), "grant");
  return made;
}

// One row as text, to tell rows of the base from new ones.
std::string key_of(std::string const& table, store::Row const& row) {
  std::string key = table;
  for (auto const& value : row) {
    key += '\x1f';
    if (auto const* number = std::get_if<std::int64_t>(&value)) key += std::to_string(*number);
    if (auto const* text = std::get_if<std::string>(&value)) key += *text;
    if (auto const* bytes = std::get_if<Bytes>(&value)) key += hex_encode(*bytes);
  }
  return key;
}

}  // namespace

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  auto const at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
  return values[std::min(at, values.size() - 1)];
}

Lab::Lab(Setting const& setting, On on) : setting_(setting), on_(on), folder_(setting.scratch / "data") {
  fs::remove_all(folder_);
  kernel::Settings settings{std::string(jurisdiction), "bench.example/log", ""};
  if (on == On::postgres) {
    auto const server = store::open(setting.postgres);
    auto const writer = server->writer();
    for (auto name : {schema, bare_schema}) {
      writer->script("drop schema if exists " + std::string(name) + " cascade");
      writer->script("create schema " + std::string(name));
    }
    settings.database = address_ = in_schema(setting.postgres, schema);
    bare_address_ = in_schema(setting.postgres, bare_schema);
  } else {
    address_ = "sqlite:" + (folder_ / "plumbline.db").string();
    bare_address_ = "sqlite:" + (folder_ / "bare.db").string();
  }
  must(kernel::System::init(folder_, settings, setting.catalogue, system_clock()), "init");
  open();
  officer_ = make_person(*system_, "officer", kernel::Role::officer);
  importer_ = make_person(*system_, "importer", kernel::Role::importer);
  close();
  keep_base();
  open();
}

Lab::~Lab() {
  close();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Lab::open() { system_ = kernel::System::open(folder_, setting_.catalogue, system_clock()); }

std::vector<Lab::Table> Lab::read_tables() {
  auto const database = store::open(address_);
  auto const reader = database->reader();
  Sql const list{"bench.tables",
                 on_ == On::sqlite
                     ? "select name from sqlite_master where type = 'table' and name not like "
                       "'sqlite_%' and sql not like 'create virtual%' order by name"
                     : "select table_name::text from information_schema.tables where table_schema "
                       "= '" +
                           std::string(schema) + "' order by 1"};
  std::vector<Table> tables;
  for (auto const& row : reader->query(list, {})) {
    auto const& name = store::text(row[0]);
    tables.emplace_back(name, reader->query(Sql{"bench.rows", "select * from \"" + name + "\""}, {}));
  }
  return tables;
}

void Lab::keep_base() {
  for (auto const& [name, rows] : read_tables())
    for (auto const& row : rows) base_rows_.insert(key_of(name, row));
  if (on_ == On::sqlite) {
    fs::copy_file(folder_ / "plumbline.db", folder_ / "bare.db", fs::copy_options::overwrite_existing);
    return;
  }
  auto const database = store::open(address_);
  auto const writer = database->writer();
  for (auto const& [name, rows] : read_tables())
    writer->script("create table " + std::string(bare_schema) + ".\"" + name + "\" (like " +
                   std::string(schema) + ".\"" + name + "\" including all)");
}

Lab::Written Lab::written() {
  close();
  Written out;
  struct Placed {
    double at;
    store::bench::RawRow row;
  };
  std::vector<Placed> placed;
  std::set<std::int64_t> commits;
  for (auto& [name, rows] : read_tables()) {
    // One row per jurisdiction, changed and not added: no part of what an act adds.
    if (name == "ledger_head") continue;
    std::erase_if(
        rows, [&, &table = name](store::Row const& row) { return base_rows_.contains(key_of(table, row)); });
    if (rows.empty()) continue;
    std::string statement = "insert into \"" + name + "\" values (";
    for (std::size_t i = 0; i < rows[0].size(); ++i)
      statement += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (name == "version") commits.insert(store::integer(rows[i][7]));  // recorded_at: one per commit
      placed.push_back({static_cast<double>(i) / static_cast<double>(rows.size()),
                        {out.statements.size(), std::move(rows[i])}});
    }
    if (name == "version") out.acts = rows.size();
    out.statements.push_back(statement + ")");
  }
  std::ranges::stable_sort(placed, {}, &Placed::at);
  for (auto& row : placed) out.rows.push_back(std::move(row.row));
  out.commits = commits.size();
  return out;
}

store::bench::RawOutcome Lab::write_bare(Written const& written) {
  if (written.commits == 0) throw std::runtime_error("nothing was written");
  auto const rows_per_commit = (written.rows.size() + written.commits - 1) / written.commits;
  return store::bench::raw_insert(bare_address_, {written.statements, written.rows, rows_per_commit});
}

void fill_log(Lab& lab, std::uint64_t size) {
  Sql const read{"bench.head", "select frontier, last_time from ledger_head where jurisdiction = $1"};
  Sql const insert{"bench.entry",
                   "insert into entry (jurisdiction, seq, leaf_hash, leaf) values ($1, $2, $3, $4)"};
  Sql const update{"bench.head.update",
                   "update ledger_head set size = $2, frontier = $3 where jurisdiction = $1"};
  auto const database = store::open(lab.address());
  std::string const place(jurisdiction);
  auto const head = database->reader()->query(read, {place});
  auto range = ledger::CompactRange::deserialise(store::blob(head.at(0)[0])).value();
  auto const time = Instant{store::integer(head[0][1])}.seconds();
  auto const writer = database->writer();
  while (range.size() < size) {
    writer->begin();
    for (std::uint64_t i = 0; i < entries_per_commit && range.size() < size; ++i) {
      auto const seq = range.size();
      auto const digest = sha256("entry " + std::to_string(seq));
      std::string const subject = "firm/" + to_hex(digest).substr(0, 32);
      std::string leaf = ledger::format_leaf({"system", digest, {}, seq, subject, time, "firm.create"});
      auto const hash = ledger::leaf_hash(bytes_of(leaf));
      range.append(hash);
      writer->write(
          insert, {place, static_cast<std::int64_t>(seq), Bytes(hash.begin(), hash.end()), std::move(leaf)});
    }
    writer->write(update, {place, static_cast<std::int64_t>(range.size()), range.serialise()});
    writer->commit();
  }
}

kernel::Command firm_command(Lab const& lab, std::uint64_t number) {
  Json identifier;
  identifier.set("scheme", "licence");
  identifier.set("value", "B" + std::to_string(10'000'000 + number));
  Json contact;
  contact.set("person", "王五");
  contact.set("phone", "13800000000");
  contact.set("post", "质量安全总监");
  Json firm;
  firm.set("name", "聊城市第" + std::to_string(number) + "轴承制造有限公司");
  firm.set("identifiers", Json::Array{identifier});
  firm.set("region", number % 2 == 0 ? "371581" : "371502");
  firm.set("address", "山东省聊城市经济开发区东昌路" + std::to_string(number % 900) + "号");
  firm.set("industry", "C3451");
  firm.set("tags", Json::Array{Json("bearing")});
  firm.set("contacts", Json::Array{contact});
  kernel::Command command;
  command.register_name = "firm";
  command.action = "create";
  command.payload = write_json(firm);
  command.account = lab.officer();
  command.idempotency_key = "bench-" + std::to_string(number);
  return command;
}

double create_firms(Lab& lab, std::uint64_t acts, std::uint64_t first) {
  std::vector<std::vector<kernel::Command>> work(submitters);
  for (std::uint64_t i = 0; i < acts; ++i) work[i % submitters].push_back(firm_command(lab, first + i));
  std::vector<std::string> problems(submitters);
  Stopwatch const watch;
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < submitters; ++t)
      threads.emplace_back([&, t] {
        for (auto& command : work[t])
          if (auto const done = lab.system().act(std::move(command)); !done)
            problems[t] = done.refusal().code;
      });
  }
  double const seconds = watch.seconds();
  for (auto const& problem : problems)
    if (!problem.empty()) throw std::runtime_error("firm.create: " + problem);
  return seconds;
}

}  // namespace plumbline::bench
