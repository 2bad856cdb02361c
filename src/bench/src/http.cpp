// The server under load, beside what it cannot do without: the raw statement (S) and the same bytes sent from
// memory by the same server (H). Nothing that does both one after the other is faster than 1/(1/S + 1/H).
#include "http/api.hpp"

#include <sys/resource.h>

#include <fstream>
#include <iostream>
#include <thread>

#include "figures.hpp"
#include "http/server.hpp"
#include "kernel/credentials.hpp"
#include "load.hpp"
#include "reflect/json.hpp"

namespace plumbline::bench {
namespace {

using store::Sql;
using store::Value;

constexpr char const* password = "correct horse battery";
// The digits of the pattern's number, found nowhere else in its record.
constexpr std::uint64_t pattern_number = 5'749'263;
constexpr std::uint64_t rows_per_commit = 20'000;

void replace_all(std::string& text, std::string const& from, std::string const& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// One table's rows of the pattern, and how one row is written.
struct Pattern {
  Sql insert;
  store::Rows rows;
};

Pattern pattern_of(store::Reader& reader, std::string const& table, Bytes const& id) {
  std::string const key = table == "r_firm" ? "id" : "record";
  Pattern pattern{
      {"bench.copy", "insert into " + table + " values ("},
      reader.query({"bench.pattern", "select * from " + table + " where " + key + " = $1"}, {id})};
  for (std::size_t i = 1; i <= pattern.rows.at(0).size(); ++i)
    pattern.insert.text += (i == 1 ? "$" : ", $") + std::to_string(i);
  pattern.insert.text += ")";
  return pattern;
}

// Firms beside the one that was made by an act: the register's rows, their places and parties, without
// history, log entries and name pairs. Only with the lab closed.
std::vector<Uuid> fill_firms(Lab& lab, std::uint64_t many) {
  Uuid const made = lab.system().act(firm_command(lab, pattern_number))->record;
  lab.close();
  Bytes const old_id(made.bytes.begin(), made.bytes.end());
  auto const database = store::open(lab.address());
  std::vector<Pattern> patterns;
  for (auto const* table : {"r_firm", "record_scope", "record_party"})
    patterns.push_back(pattern_of(*database->reader(), table, old_id));
  std::vector<Uuid> ids;
  auto const writer = database->writer();
  auto const number_of = std::to_string(pattern_number);
  for (std::uint64_t i = 0; i < many;) {
    writer->begin();
    for (std::uint64_t in_commit = 0; in_commit < rows_per_commit && i < many; ++in_commit, ++i) {
      Uuid const id = make_uuid7(system_clock().now());
      if (i % 97 == 0) ids.push_back(id);
      Bytes const new_id(id.bytes.begin(), id.bytes.end());
      std::string const number = std::to_string(1'000'000 + i);
      for (auto const& pattern : patterns)
        for (auto row : pattern.rows) {
          for (auto& value : row) {
            if (auto* bytes = std::get_if<Bytes>(&value); bytes != nullptr && *bytes == old_id)
              *bytes = new_id;
            if (auto* text = std::get_if<std::string>(&value)) {
              replace_all(*text, number_of, number);
              replace_all(*text, to_string(made), to_string(id));
            }
          }
          writer->write(pattern.insert, std::move(row));
        }
    }
    writer->commit();
  }
  return ids;
}

class Served {
 public:
  explicit Served(Lab& lab) : api_(http::Api::make(lab.system())) {
    options_.port = 0;
    options_.clock = &system_clock();
    options_.uploads = lab.folder();
    options_.workers = static_cast<int>(std::max(4U, 2 * std::thread::hardware_concurrency()));
    server_ = http::Server::start(
        options_, [this](http::Request const& request) { return api_->answer(request); },
        [this](http::Request const& request) { return api_->body_rule(request); });
    std::string const claim = std::string(R"({"login":"officer","password":")") + password + "\"}";
    auto const answer = ask_once(port(),
                                 "POST /api/v1/session HTTP/1.1\r\nHost: bench\r\nContent-Type: "
                                 "application/json\r\nContent-Length: " +
                                     std::to_string(claim.size()) + "\r\n\r\n" + claim);
    auto const cookie = answer.find("set-cookie: ") + 12;
    headers_ = "Host: bench\r\nCookie: " + answer.substr(cookie, answer.find(';', cookie) - cookie) + "\r\n";
    auto const body = parse_json(answer.substr(answer.find("\r\n\r\n") + 4));
    csrf_ = *body->find("csrf")->as_text();
  }
  std::uint16_t port() const { return server_->port(); }
  std::string get(std::string const& target) const {
    return "GET " + target + " HTTP/1.1\r\n" + headers_ + "\r\n";
  }
  std::string post(std::string const& target, std::string const& key, std::string const& body) const {
    return "POST " + target + " HTTP/1.1\r\n" + headers_ + "X-CSRF-Token: " + csrf_ +
           "\r\nIdempotency-Key: " + key +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  // The same server with an answer from memory: these bytes, with these headers.
  LoadOutcome from_memory(std::string const& answer, LoadWish wish) const {
    auto const end = answer.find("\r\n\r\n");
    http::Response kept;
    for (auto at = answer.find("\r\n"); at < end;) {
      auto const next = answer.find("\r\n", at + 2);
      auto const colon = answer.find(": ", at);
      auto name = answer.substr(at + 2, colon - at - 2);
      if (name != "content-length" && name != "date" && name != "server" && name != "connection")
        kept.set(std::move(name), answer.substr(colon + 2, next - colon - 2));
      at = next;
    }
    kept.content = answer.substr(end + 4);
    auto options = options_;
    auto const server = http::Server::start(
        options, [&](http::Request const&) { return kept; },
        [](http::Request const&) { return http::BodyRule{}; });
    wish.port = server->port();
    return run_load(wish);
  }

 private:
  std::unique_ptr<http::Api> api_;
  http::ServerOptions options_;
  std::unique_ptr<http::Server> server_;
  std::string headers_;
  std::string csrf_;
};

// What the statement alone does in a second, on one session of the same database.
double raw_rate(Lab& lab, std::string const& where, std::function<std::vector<Value>()> const& values,
                double seconds) {
  Sql const statement{"bench.raw",
                      "select r.id, r.version, r.state, r.entry, r.updated_at, r.body, r.id from r_firm r "
                      "where r.jurisdiction = $1" +
                          where};
  auto const reader = lab.system().database().reader();
  Stopwatch const watch;
  std::uint64_t done = 0;
  for (; watch.seconds() < seconds; ++done)
    if (reader->query(statement, values()).empty())
      throw std::runtime_error("the raw statement found nothing");
  return static_cast<double>(done) / watch.seconds();
}

double peak_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Rates {
  double ours = 0, raw = 0, memory = 0, p99_half_ms = 0;
  double reference() const { return 1 / (1 / raw + 1 / memory); }
};

struct Question {
  std::function<std::string(Served const&)> next;
  std::string where;
  std::function<std::vector<Value>()> values;
};

Question list_page() {
  return {[](Served const& served) { return served.get("/api/v1/firm"); }, " order by r.id asc limit $2",
          [] { return std::vector<Value>{std::string("3715"), std::int64_t{51}}; }};
}

Question single_record(std::vector<Uuid> const& ids) {
  auto const at = std::make_shared<std::size_t>(0);
  auto const id = [ids, at]() -> Uuid const& { return ids[(*at)++ * 7919 % ids.size()]; };
  return {[id](Served const& served) { return served.get("/api/v1/firm/" + to_string(id())); },
          " and r.id = $2 order by r.id asc limit $3",
          [id] {
            auto const wanted = id();
            return std::vector<Value>{std::string("3715"), Bytes(wanted.bytes.begin(), wanted.bytes.end()),
                                      std::int64_t{2}};
          }};
}

Rates measure(Lab& lab, Served const& served, Question const& question, double seconds) {
  LoadWish wish;
  wish.port = served.port();
  wish.seconds = seconds;
  wish.next = [&] { return question.next(served); };
  auto const ours = run_load(wish);
  Rates rates;
  rates.ours = ours.per_second;
  rates.raw = raw_rate(lab, question.where, question.values, seconds);
  rates.memory = served.from_memory(ours.last, wish).per_second;
  wish.rate = rates.ours / 2;
  rates.p99_half_ms = run_load(wish).p99_ms;
  return rates;
}

void report(Setting const& setting, std::string const& name, Rates const& rates) {
  if (setting.say)
    setting.say(name + ": " + std::to_string(rates.ours) + "/s, S " + std::to_string(rates.raw) + ", H " +
                std::to_string(rates.memory) + ", ratio " + std::to_string(rates.ours / rates.reference()) +
                ", p99 at half " + std::to_string(rates.p99_half_ms) + " ms");
}

Figure figure_of(std::string name, std::vector<Rates> const& runs, double records) {
  std::vector<double> ours, raw, memory, reference, ratio, p99;
  for (auto const& run : runs) {
    ours.push_back(run.ours);
    raw.push_back(run.raw);
    memory.push_back(run.memory);
    reference.push_back(run.reference());
    ratio.push_back(run.ours / run.reference());
    p99.push_back(run.p99_half_ms);
  }
  return {std::move(name),
          median(ours),
          "answers/s",
          median(reference),
          "the statement and then the same bytes from memory, 1/(1/S + 1/H)",
          median(ratio),
          "ratio >= 0.6, p99_ms_at_half <= 20, memory_mb <= 300",
          {{"S", median(raw)},
           {"H", median(memory)},
           {"p99_ms_at_half", median(p99)},
           {"records", records},
           {"memory_mb", peak_mb()}}};
}

Figure bench_reading(Setting const& setting, bool is_list) {
  Lab lab(setting, On::sqlite);
  if (!kernel::set_password(lab.system(), lab.officer(), password)) throw std::runtime_error("no password");
  auto const ids = fill_firms(lab, setting.sizes.served_records);
  Stopwatch const watch;
  lab.open();
  std::vector<Rates> runs;
  double start = 0;
  {
    Served const served(lab);
    auto const question = is_list ? list_page() : single_record(ids);
    (void)ask_once(served.port(), question.next(served));
    start = watch.seconds();
    for (unsigned i = 0; i < setting.runs; ++i) {
      runs.push_back(measure(lab, served, question, setting.sizes.load_seconds));
      report(setting, is_list ? "list page" : "single record", runs.back());
    }
  }
  auto figure = figure_of(is_list ? "http_list" : "http_record", runs,
                          static_cast<double>(setting.sizes.served_records));
  figure.more.emplace_back("cold_start_s", start);
  return figure;
}

}  // namespace

Figure bench_http_list(Setting const& setting) { return bench_reading(setting, true); }
Figure bench_http_record(Setting const& setting) { return bench_reading(setting, false); }

// Acts over HTTP, beside the same acts given to the desk by as many submitters.
Figure bench_http_write(Setting const& setting) {
  std::vector<double> ours, desk, ratios;
  for (unsigned i = 0; i < setting.runs; ++i) {
    auto const acts = setting.sizes.desk_acts;
    {
      Lab lab(setting, On::sqlite);
      desk.push_back(static_cast<double>(acts) / create_firms(lab, acts, 0));
    }
    Lab lab(setting, On::sqlite);
    if (!kernel::set_password(lab.system(), lab.officer(), password)) throw std::runtime_error("no password");
    Served const served(lab);
    std::uint64_t number = 0;
    LoadWish wish;
    wish.port = served.port();
    wish.connections = 32;
    wish.seconds = setting.sizes.load_seconds;
    wish.next = [&] {
      auto const command = firm_command(lab, number++);
      return served.post("/api/v1/firm?action=create", command.idempotency_key, command.payload);
    };
    ours.push_back(run_load(wish).per_second);
    ratios.push_back(ours.back() / desk.back());
    if (setting.say)
      setting.say("http_write: " + std::to_string(ours.back()) + " acts/s, desk " +
                  std::to_string(desk.back()));
  }
  return {"http_write",
          median(ours),
          "acts/s",
          median(desk),
          "the desk with as many submitters, without a server",
          median(ratios),
          "ratio >= 0.6",
          {}};
}

// The same page and record with a tenth of the records, in turns.
Figure bench_http_growth(Setting const& setting) {
  double best[2][2] = {};
  for (int const large : {0, 1}) {
    Lab lab(setting, On::sqlite);
    if (!kernel::set_password(lab.system(), lab.officer(), password)) throw std::runtime_error("no password");
    auto const ids =
        fill_firms(lab, large == 1 ? setting.sizes.served_records : setting.sizes.served_records / 10);
    lab.open();
    Served const served(lab);
    for (unsigned i = 0; i < setting.runs; ++i)
      for (int const which : {0, 1}) {
        auto const question = which == 0 ? list_page() : single_record(ids);
        LoadWish wish;
        wish.port = served.port();
        wish.seconds = setting.sizes.load_seconds;
        wish.next = [&] { return question.next(served); };
        best[large][which] = std::max(best[large][which], run_load(wish).per_second);
      }
  }
  double const list = best[1][0] / best[0][0];
  double const record = best[1][1] / best[0][1];
  return {"http_growth",
          best[1][0],
          "pages/s",
          best[0][0],
          "the same with a tenth of the records",
          std::min(list, record),
          "ratio >= 0.75",
          {{"list_ratio", list},
           {"record_ratio", record},
           {"records", static_cast<double>(setting.sizes.served_records)}}};
}

}  // namespace plumbline::bench
