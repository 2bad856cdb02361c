// Every route, as every role, at its own place, the one beside it, above and below it, and for one's own
// and foreign firms, over real sockets: nothing shows that the rules (scope/rules.hpp) do not give, and
// nothing they give is missing.
#include <gmock/gmock.h>
#include <zip.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/hash.hpp"
#include "http/api.hpp"
#include "http/server.hpp"
#include "kernel/act.hpp"
#include "kernel/registers.hpp"
#include "product/catalogue.hpp"
#include "reflect/json.hpp"
#include "scope/city.hpp"
#include "store_testing/scratch.hpp"
#include "wire.hpp"

namespace plumbline::scope {
namespace {

namespace fs = std::filesystem;
using http::percent_encode;
using http::testing::Wire;
using store::Engine;

constexpr char const* nowhere = "00000000-0000-7000-8000-000000000000";

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  std::string text() const { return head + body; }
  Json json() const {
    auto document = parse_json(body);
    return document ? *std::move(document) : Json();
  }
  std::string header(std::string_view name) const {
    auto const at = head.find("\r\n" + std::string(name) + ": ");
    if (at == head.npos) return "";
    auto const from = at + 4 + name.size();
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

// The content of a workbook, part by part.
std::string unzipped(std::string const& archive) {
  zip_error_t error;
  auto* source = zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
  auto* zip = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (zip == nullptr) return "";
  std::string out;
  for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); ++i) {
    auto* part = zip_fopen_index(zip, static_cast<zip_uint64_t>(i), 0);
    std::string piece(65536, '\0');
    for (zip_int64_t got = 0; (got = zip_fread(part, piece.data(), piece.size())) > 0;)
      out.append(piece, 0, static_cast<std::size_t>(got));
    zip_fclose(part);
  }
  zip_discard(zip);
  return out;
}

// What the whole walk finds out; used by several threads.
class Findings {
 public:
  void defect(std::string const& what) {
    std::lock_guard const lock(mutex_);
    if (++defects_ <= 40) ADD_FAILURE() << what;
  }
  void walked(std::string const& route) {
    ++combinations_;
    std::lock_guard const lock(mutex_);
    routes_.insert(route);
  }
  void shown_clear(std::string const& request) {
    std::lock_guard const lock(mutex_);
    shown_clear_.insert(request);
  }
  void asked_clear(std::string const& request) {
    std::lock_guard const lock(mutex_);
    asked_clear_.insert(request);
  }
  std::atomic<std::int64_t> combinations_{0};
  std::set<std::string> routes_;
  std::set<std::string> shown_clear_;  // requests whose answer held a personal value
  std::set<std::string> asked_clear_;  // requests of those who may see such
  int defects_ = 0;

 private:
  std::mutex mutex_;
};

// One person at the server: every answer is searched for what they may not see.
class Visitor {
 public:
  Visitor(std::uint16_t port, Person const& person, Findings& findings)
      : person_(person), findings_(findings), port_(port) {}

  Answer ask(std::string const& route, std::string const& target, std::string const& body = "",
             std::string const& headers = "") {
    auto const method = route.substr(0, route.find(' '));
    std::string request = method + ' ' + target + " HTTP/1.1\r\nHost: walk\r\n" + headers;
    if (!person_.cookie.empty()) request += "Cookie: " + person_.cookie + "\r\n";
    if (method != "GET") {
      request +=
          "X-CSRF-Token: " + person_.csrf + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
      if (headers.find("Content-Type") == headers.npos) request += "Content-Type: application/json\r\n";
    }
    request += "\r\n" + body;
    Answer answer = exchange(request);
    if (answer.status == 0) answer = exchange(request);  // the server had closed an idle connection
    findings_.walked(route);
    if (answer.status == 0 || answer.status >= 500)
      findings_.defect(who() + ' ' + target + ": status " + std::to_string(answer.status) + ' ' +
                       answer.body);
    search(target, answer, answer.text());
    return answer;
  }
  Answer get(std::string const& route, std::string const& target, std::string const& headers = "") {
    return ask("GET " + route, target, "", headers);
  }

  void search(std::string const& target, Answer const& answer, std::string_view text) {
    auto const request = answer.header("x-request-id");
    if (person_.seer.is_clear) findings_.asked_clear(request);
    for (auto const& mark : marks_in(text)) {
      bool const may =
          mark.is_personal ? may_see_personal(person_.seer, mark.thing) : may_see(person_.seer, mark.thing);
      if (!may) findings_.defect(who() + " reads " + mark.text + " at " + target);
      if (mark.is_personal) findings_.shown_clear(request);
    }
  }

  Person const& person() const { return person_; }
  std::string who() const { return person_.name(); }

  std::map<std::string, std::string> absent;  // what is answered about a record that there is not

 private:
  Answer exchange(std::string const& request) {
    if (!wire_) wire_.emplace(port_);
    Answer answer;
    if (!wire_->send(request)) return wire_.reset(), answer;
    auto const bytes = wire_->receive_answer();
    auto const end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) return wire_.reset(), answer;
    answer.status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
    answer.head = bytes.substr(0, end + 2);
    answer.body = bytes.substr(end + 4);
    return answer;
  }

  Person const& person_;
  Findings& findings_;
  std::uint16_t port_;
  std::optional<Wire> wire_;
};

// An answer about one id, so that it can be compared with the answer about another.
std::string without_names(Answer const& answer, std::string const& id) {
  std::string text = std::to_string(answer.status) + '\n';
  for (auto line : {"content-type", "etag", "allow", "location", "content-length", "retry-after"})
    text += answer.header(line) + '\n';
  text += answer.body;
  auto const request = answer.header("x-request-id");
  for (auto const& name : {id, request})
    for (auto at = name.empty() ? text.npos : text.find(name); at != text.npos; at = text.find(name, at))
      text.replace(at, name.size(), "*");
  return text;
}

std::set<std::string> ids_of(Json const& document) {
  std::set<std::string> ids;
  if (auto const* items = document.find("items"); items != nullptr && items->as_array() != nullptr)
    for (auto const& item : *items->as_array()) ids.insert(*item.find("id")->as_text());
  return ids;
}

std::string path_of(Thing const& thing, std::string const& id) {
  return "/api/v1/" + thing.register_name + '/' + id;
}

class ScopeWalk : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (!store::testing::Scratch::available(GetParam())) GTEST_SKIP() << "no PostgreSQL server named";
    if (GetParam() == Engine::postgres) scratch_.emplace(GetParam());
    auto const folder = fs::temp_directory_path() / ("plumbline-scope-" + hex_encode(random_bytes(8)));
    city_.emplace(folder, scratch_ ? scratch_->address() : "");
    store::Sql const waiting{"walk.waiting",
                             "select id from r_check where state = 'reviewed' union all "
                             "select id from r_follow_up where state = 'open' and body like '%case_clue%'"};
    for (auto const& row : city_->system().database().reader()->query(waiting, {})) {
      Uuid id;
      std::ranges::copy(store::blob(row[0]), id.bytes.begin());
      waiting_.insert(id);
    }
    api_ = http::Api::make(city_->system());
    http::ServerOptions options;
    options.clock = &city_->clock();
    options.port = 0;
    options.uploads = folder;
    options.stop_seconds = 1;
    server_ = http::Server::start(
        options, [this](http::Request const& request) { return api_->answer(request); },
        [this](http::Request const& request) { return api_->body_rule(request); });
  }
  void TearDown() override {
    server_.reset();
    api_.reset();
    city_.reset();
    scratch_.reset();
  }

  std::set<std::string> expected(Seer const& seer, std::string_view register_name) const {
    std::set<std::string> ids;
    for (auto const& [id, thing] : city_->things())
      if (thing.register_name == register_name && may_see(seer, thing)) ids.insert(to_string(id));
    return ids;
  }
  // All pages of a list; its total must say as many.
  std::set<std::string> listed(Visitor& visitor, std::string const& address) {
    std::set<std::string> ids;
    std::string cursor;
    std::int64_t total = -1;
    do {
      auto const page = visitor.get("/api/v1/{register}", address + "&limit=200&total=1" + cursor);
      if (page.status != 200) return {"status " + std::to_string(page.status)};
      auto const document = page.json();
      ids.merge(ids_of(document));
      total = *document.find("total")->as_integer();
      auto const* next = document.find("next")->as_text();
      cursor = next == nullptr ? "" : "&cursor=" + percent_encode(*next);
    } while (!cursor.empty());
    if (total != static_cast<std::int64_t>(ids.size()))
      findings_.defect(visitor.who() + ": " + address + " counts " + std::to_string(total) + ", lists " +
                       std::to_string(ids.size()));
    return ids;
  }
  void compare(Visitor const& visitor, std::string const& what, std::set<std::string> const& shown,
               std::set<std::string> const& wanted) {
    for (auto const& id : shown)
      if (!wanted.contains(id)) findings_.defect(visitor.who() + " is shown " + what + ' ' + id);
    for (auto const& id : wanted)
      if (!shown.contains(id)) findings_.defect(visitor.who() + " misses " + what + ' ' + id);
  }

  void walk_register(Visitor& visitor, std::string const& name);
  void walk_export(Visitor& visitor, std::string const& name, std::size_t wanted);
  void walk_records(Visitor& visitor);
  void walk_record(Visitor& visitor, std::string const& id, Thing const& thing, bool in_full);
  void walk_acts(Visitor& visitor, kernel::Register const& reg);
  void walk_writing(Visitor& visitor);
  void walk_own(Visitor& visitor);
  void walk_views(Visitor& visitor);
  void walk_person(Person const& person);
  void all_documented_routes_are_walked();
  void every_clear_read_is_in_the_book();
  void nobody_else_sees_a_job();
  void events_reach_whom_they_concern();
  void nobody_comes_in_by_side_doors();

  std::optional<store::testing::Scratch> scratch_;
  std::optional<City> city_;
  std::unique_ptr<http::Api> api_;
  std::unique_ptr<http::Server> server_;
  Findings findings_;
  // What a clock runs on: checks that wait for the publisher, clues that wait for an officer.
  std::set<Uuid> waiting_;
};

// ---- lists, counts, searches, tables

void ScopeWalk::walk_register(Visitor& visitor, std::string const& name) {
  auto const& seer = visitor.person().seer;
  auto const wanted = expected(seer, name);
  std::string const address = "/api/v1/" + name;
  compare(visitor, name, listed(visitor, address + "?sort=-updated_at"), wanted);
  for (char const place : {'O', 'N'}) {
    auto const placed = listed(visitor, address + "?filter%5Bscope%5D=" + region_of(place));
    for (auto const& id : placed)
      if (!wanted.contains(id)) findings_.defect(visitor.who() + " finds by place " + name + ' ' + id);
  }
  auto const found = visitor.get("/api/v1/{register}", address + "?search=QX&limit=200");
  if (found.status == 200)
    for (auto const& id : ids_of(found.json()))
      if (!wanted.contains(id)) findings_.defect(visitor.who() + " finds by name " + name + ' ' + id);
  if (name == "firm") compare(visitor, "by name a firm", ids_of(found.json()), wanted);
  auto const suggested = visitor.get(
      "/api/v1/search", "/api/v1/search?q=" + std::string(seer.is_clear ? "PX" : "QX") + "&register=" + name);
  for (auto const& id : ids_of(suggested.json()))
    if (!wanted.contains(id)) findings_.defect(visitor.who() + " is suggested " + name + ' ' + id);
  walk_export(visitor, name, wanted.size());
}

void ScopeWalk::walk_export(Visitor& visitor, std::string const& name, std::size_t wanted) {
  for (std::string const format : {"csv", "xlsx"}) {
    std::string const address = "/api/v1/" + name + "/export?format=" + format;
    Answer table;
    do table = visitor.get("/api/v1/{register}/export", address);
    while (table.status == 503);
    if (table.status != 200 || table.header("x-records") != std::to_string(wanted))
      findings_.defect(visitor.who() + ": " + address + " gives " + table.header("x-records") + ", not " +
                       std::to_string(wanted));
    if (format == "xlsx") visitor.search(address, table, unzipped(table.body));
  }
}

// ---- single records, their history, proof, actions, files

void ScopeWalk::walk_records(Visitor& visitor) {
  std::map<std::string, int> seen;  // one of each kind
  std::set<std::string> in_full;
  for (auto const& [id, thing] : city_->things()) {
    auto const where = thing.register_name + '/' + thing.place + thing.party;
    if (seen[where + '/' + thing.owner]++ > 0) continue;
    walk_record(visitor, to_string(id), thing, in_full.insert(where).second);
  }
}

void ScopeWalk::walk_record(Visitor& visitor, std::string const& id, Thing const& thing, bool in_full) {
  std::vector<std::string> parts{""};
  if (in_full) parts = {"", "/history", "/proof", "/actions", "/attachments", "/documents"};
  if (in_full && (thing.register_name == "attachment" || thing.register_name == "document"))
    parts.emplace_back("/content");
  bool const may = may_see(visitor.person().seer, thing);
  for (auto const& part : parts) {
    std::string const route = "/api/v1/{register}/{id}" + part;
    auto const answer = visitor.get(route, path_of(thing, id) + part, may ? "" : "If-None-Match: *\r\n");
    if (may && answer.status != 200)
      findings_.defect(visitor.who() + " misses " + path_of(thing, id) + part + ": " + answer.body);
    // A paper shows people whole, whoever looks.
    if (may && part == "/content" && thing.register_name == "document") {
      findings_.asked_clear(answer.header("x-request-id"));
      findings_.shown_clear(answer.header("x-request-id"));
    }
    if (may && part == "/attachments") {
      Thing file{"attachment", thing.place, thing.party, thing.register_name};
      bool const has_any = !ids_of(answer.json()).empty();
      if (has_any && !may_see(visitor.person().seer, file))
        findings_.defect(visitor.who() + " is shown files of " + path_of(thing, id));
    }
    if (may) continue;
    auto& none = visitor.absent[thing.register_name + part];
    if (none.empty())
      none =
          without_names(visitor.get(route, path_of(thing, nowhere) + part, "If-None-Match: *\r\n"), nowhere);
    if (without_names(answer, id) != none)
      findings_.defect(visitor.who() + " learns of " + path_of(thing, id) + part + ":\n" +
                       without_names(answer, id) + "\nfor nothing:\n" + none);
  }
}

// ---- acts on what lies out of reach answer as if there were nothing

bool makes_records(kernel::Register const& reg, std::string_view action) {
  return std::ranges::any_of(
      reg.steps, [&](kernel::StepRow const& step) { return step.from == 0 && step.action == action; });
}

void ScopeWalk::walk_acts(Visitor& visitor, kernel::Register const& reg) {
  auto const& seer = visitor.person().seer;
  std::vector<std::string> ids;
  std::set<std::string> kinds;
  for (auto const& [id, thing] : city_->things()) {
    bool const out = seer.place != 0 ? !reaches(seer.place, thing.place) : seer.party != thing.party;
    if (thing.register_name == reg.name && out &&
        kinds.insert(thing.place + thing.party + thing.owner).second)
      ids.push_back(to_string(id));
  }
  if (ids.empty()) return;
  ids.emplace_back(nowhere);
  std::vector<std::string> actions{"pause_clock", "erase", "undo_import", "recompute_clock"};
  for (auto const& action : reg.actions)
    if (!makes_records(reg, action.name) && action.name != "attach" &&
        !(reg.name == "document" && action.name == "issue"))
      actions.emplace_back(action.name);
  for (auto const& action : actions) {
    std::string items;
    for (auto const& id : ids)
      items += (items.empty() ? "" : ",") + (R"({"id":")" + id + R"(","version":999})");
    auto const bulk =
        visitor.ask("POST /api/v1/{register}/bulk", "/api/v1/" + std::string(reg.name) + "/bulk",
                    R"({"action":")" + action + R"(","items":[)" + items + "]}");
    auto const document = bulk.json();
    Json const* results = document.find("results");
    if (bulk.status != 200 || results == nullptr) {
      findings_.defect(visitor.who() + " bulk " + action + ": " + bulk.body);
      continue;
    }
    auto const said = [&](Json const& row) {
      return std::to_string(*row.find("status")->as_integer()) + ' ' +
             (row.find("problem") == nullptr ? "done" : *row.find("problem")->find("code")->as_text());
    };
    for (auto const& row : *results->as_array())
      if (said(row) != said(results->as_array()->back()))
        findings_.defect(visitor.who() + ' ' + action + " on " + std::string(reg.name) + ' ' +
                         *row.find("id")->as_text() + ": " + said(row) + ", for nothing " +
                         said(results->as_array()->back()));
    if (action != actions.back()) continue;
    std::string const base = "/api/v1/" + std::string(reg.name) + '/';
    auto const one = visitor.ask("POST /api/v1/{register}/{id}/{action}", base + ids.front() + '/' + action,
                                 "{}", "If-Match: \"999\"\r\n");
    auto const none = visitor.ask("POST /api/v1/{register}/{id}/{action}", base + nowhere + '/' + action,
                                  "{}", "If-Match: \"999\"\r\n");
    if (without_names(one, ids.front()) != without_names(none, nowhere))
      findings_.defect(visitor.who() + ' ' + action + " on " + base + ids.front() + ": " + one.body);
  }
}

// New records in a place, and files on records, out of reach.
void ScopeWalk::walk_writing(Visitor& visitor) {
  auto const& seer = visitor.person().seer;
  for (char const place : {'C', 'O', 'Z', 'N'}) {
    if (seer.place != 0 && reaches(seer.place, place)) continue;
    auto const made = visitor.ask(
        "POST /api/v1/{register}", "/api/v1/firm?action=create",
        R"({"name":"越界有限公司","uscc":"91440300708461136T","region":")" + region_of(place) + "\"}");
    if (made.status != 403) findings_.defect(visitor.who() + " makes a firm elsewhere: " + made.body);
    auto const firm = to_string(*city_->first("firm", place, std::string{place, 'g'}));
    if (seer.party == std::string{place, 'g'}) continue;
    std::string const type = "Content-Type: application/octet-stream\r\n";
    std::string const route = "POST /api/v1/{register}/{id}/attachments";
    auto const put = visitor.ask(route, "/api/v1/firm/" + firm + "/attachments?name=a.txt", "x", type);
    auto const none =
        visitor.ask(route, "/api/v1/firm/" + std::string(nowhere) + "/attachments?name=a.txt", "x", type);
    if (put.status != 404 || without_names(put, firm) != without_names(none, nowhere))
      findings_.defect(visitor.who() + " attaches elsewhere: " + put.body);
    std::string const letter = "POST /api/v1/{register}/{id}/invitations";
    auto const invited = visitor.ask(letter, "/api/v1/firm/" + firm + "/invitations", "{}");
    if (invited.status != 404) findings_.defect(visitor.who() + " invites elsewhere: " + invited.body);
    std::string const paper = "POST /api/v1/{register}/{id}/documents";
    auto const issued = visitor.ask(paper, "/api/v1/firm/" + firm + "/documents", R"({"form":"x"})");
    if (issued.status != 404) findings_.defect(visitor.who() + " issues elsewhere: " + issued.body);
    auto const drawn_up = city_->first("document", place, "");
    if (!drawn_up) continue;
    auto const finished = visitor.ask("POST /api/v1/{register}/{id}/finish",
                                      "/api/v1/document/" + to_string(*drawn_up) + "/finish", "");
    if (finished.status != 404) findings_.defect(visitor.who() + " finishes elsewhere: " + finished.body);
  }
}

// ---- what is said of oneself, and of the whole

// Firms read what they are a party of, wherever that is; a citizen is a party of nothing but their own entry.
bool is_open_to_party(Seer const& seer, std::string_view register_name) {
  return seer.place == 0 && (seer.role == "firm" || (seer.role == "citizen" && register_name == "citizen"));
}

// Views of registers one reads, and no shared one that looks for a person.
void ScopeWalk::walk_views(Visitor& visitor) {
  auto const& seer = visitor.person().seer;
  std::string const views = "/api/v1/views";
  for (auto const& rule : rules) {
    std::string const name(rule.register_name);
    bool const shown = visitor.get(views, views + "?register=" + name).status == 200;
    bool const by_party = is_open_to_party(seer, name);  // of which records, the list decides
    if (!by_party && shown != reads_register(seer, name))
      findings_.defect(visitor.who() + ": the views of " + name);
  }
  auto const kept =
      visitor.ask("POST " + views, views,
                  R"({"register":"inspector","name":"找人","query":"search=王五","shared":true})");
  std::string_view const code =
      reads_register(seer, "inspector") ? R"("code":"personal_in_view")" : R"("code":"unknown_register")";
  if (kept.body.find(code) == kept.body.npos)
    findings_.defect(visitor.who() + " shares a view that looks for a person: " + kept.body);
}

void ScopeWalk::walk_own(Visitor& visitor) {
  auto const& seer = visitor.person().seer;
  for (std::string const route : {"/api/v1/session", "/api/v1/sessions", "/api/v1/tokens",
                                  "/api/v1/second-factor", "/api/v1/identities", "/api/v1/jobs"})
    if (visitor.get(route, route).status != 200) findings_.defect(visitor.who() + " misses " + route);
  std::set<std::string> told;
  auto const meta = visitor.get("/api/v1/meta", "/api/v1/meta").json();
  for (auto const& reg : *meta.find("registers")->as_array()) told.insert(*reg.find("name")->as_text());
  for (auto const& rule : rules) {
    bool const by_party = is_open_to_party(seer, rule.register_name);  // its schema, which is public
    if (told.contains(std::string(rule.register_name)) && !by_party &&
        !reads_register(seer, rule.register_name))
      findings_.defect(visitor.who() + " is told of the register " + std::string(rule.register_name));
  }
  walk_views(visitor);
  bool const judges = seer.role == "audit_administrator" && seer.place == 'C';
  if ((visitor.get("/api/v1/personal-reads", "/api/v1/personal-reads").status == 200) != judges)
    findings_.defect(visitor.who() + ": the book of personal reads");
  std::set<std::string> work;
  for (auto const& [id, thing] : city_->things())
    if (waiting_.contains(id) && may_see(seer, thing)) work.insert(to_string(id));
  auto const team = visitor.get("/api/v1/work", "/api/v1/work?whose=team&counts=1&limit=200").json();
  compare(visitor, "as work", ids_of(team), work);
  for (auto const& item : *team.find("items")->as_array())
    if (item.find("rule_label") == nullptr || item.find("article") == nullptr)
      findings_.defect(visitor.who() + ": work without its rule's name and article");
  if (*team.find("counts")->find("team")->find("count")->as_integer() !=
      static_cast<std::int64_t>(work.size()))
    findings_.defect(visitor.who() + ": the count of the team's work");
  auto const mine = visitor.get("/api/v1/work", "/api/v1/work?whose=mine&limit=200").json();
  std::set<std::string> own;
  for (auto const& id : work) {
    bool const is_check = city_->things().at(*parse_uuid(id)).register_name == "check";
    if (seer.role == (is_check ? "publisher" : "officer")) own.insert(id);
  }
  compare(visitor, "as own work", ids_of(mine), own);
  if (seer.role == "security_administrator" && seer.place == 'C') return;  // their work
  auto const other = to_string(city_->people().front().account);
  for (std::string const way :
       {"GET sessions", "POST sessions/end", "GET tokens", "POST tokens/revoke", "POST password",
        "POST second-factor/remove", "GET identities", "POST identities", "POST identities/unlink"}) {
    auto const space = way.find(' ');
    auto const place = '/' + way.substr(space + 1);
    auto const ask = [&](std::string const& id) {
      return visitor.ask(way.substr(0, space) + " /api/v1/account/{id}" + place,
                         "/api/v1/account/" + id + place, way[0] == 'P' ? R"({"reason":"a walk"})" : "");
    };
    auto const taken = ask(other);
    auto const none = ask(std::string(nowhere));
    if (taken.status < 400 || without_names(taken, other) != without_names(none, nowhere))
      findings_.defect(visitor.who() + " at another's " + way + ": " + taken.body + none.body);
  }
}

void ScopeWalk::walk_person(Person const& person) {
  Visitor visitor(server_->port(), person, findings_);
  for (auto const& reg : product::catalogue().registers()) walk_register(visitor, std::string(reg.name));
  walk_records(visitor);
  walk_own(visitor);
  if (person.seer.is_clear) return;
  for (auto const& reg : product::catalogue().registers()) walk_acts(visitor, reg);
  walk_writing(visitor);
}

// ---- the whole

// Of accounts, beside what every register has.
bool name_of_own_address(std::string const& rest) {
  static std::set<std::string> const own{
      "/{id}/sessions", "/{id}/sessions/end",         "/{id}/tokens",     "/{id}/tokens/revoke",
      "/{id}/password", "/{id}/second-factor/remove", "/{id}/identities", "/{id}/identities/unlink"};
  return own.contains(rest);
}

// "/api/v1/firm/{id}/update" → "/api/v1/{register}/{id}/{action}"
std::string pattern_of(std::string const& method, std::string path) {
  for (auto const& reg : product::catalogue().registers()) {
    std::string const base = "/api/v1/" + std::string(reg.name);
    if (path != base && !path.starts_with(base + '/')) continue;
    std::string rest = path.substr(base.size());
    if (name_of_own_address(rest)) break;
    for (auto const& action : reg.actions)
      if (method == "POST" && rest == "/{id}/" + std::string(action.name)) rest = "/{id}/{action}";
    for (auto const& builtin : kernel::builtins())
      if (method == "POST" && rest == "/{id}/" + std::string(builtin.action)) rest = "/{id}/{action}";
    path = "/api/v1/{register}" + rest;
    break;
  }
  return method + ' ' + path;
}

void ScopeWalk::all_documented_routes_are_walked() {
  Person const nobody;
  Visitor visitor(server_->port(), nobody, findings_);
  auto const document = visitor.get("/api/v1/openapi.json", "/api/v1/openapi.json").json();
  std::set<std::string> documented;
  for (auto const& [path, methods] : *document.find("paths")->as_object())
    for (auto const& [method, operation] : *methods.as_object()) {
      std::string verb = method;
      for (auto& letter : verb) letter = static_cast<char>(letter - ('a' - 'A'));
      if (verb == "HEAD" || verb == "PARAMETERS") continue;
      documented.insert(pattern_of(verb, path));
    }
  for (auto const& route : documented) {
    auto const rule = std::ranges::find(routes, route, &RouteRule::route);
    if (rule == routes.end()) {
      ADD_FAILURE() << "no rule says who may see what at " << route;
    } else if (rule->walked == Walked::yes) {
      EXPECT_TRUE(findings_.routes_.contains(route)) << route << " was not walked";
    }
  }
  EXPECT_GT(documented.size(), 20U);
}

// Whatever held a personal value was written down before it was shown; who sees it masked is not there.
void ScopeWalk::every_clear_read_is_in_the_book() {
  store::Sql const rows{"walk.book", "select request from personal_read"};
  std::set<std::string> book;
  for (auto const& row : city_->system().database().reader()->query(rows, {}))
    book.insert(store::text(row[0]));
  for (auto const& request : findings_.shown_clear_)
    if (!book.contains(request)) findings_.defect("not in the book of personal reads: " + request);
  for (auto const& request : book)
    if (!findings_.asked_clear_.contains(request)) findings_.defect("in the book, but masked: " + request);
  EXPECT_GT(book.size(), 100U);
}

// An importer's job, its errors about a foreign firm among them, is the importer's alone.
void ScopeWalk::nobody_else_sees_a_job() {
  auto const importer = std::ranges::find_if(city_->people(), [](Person const& person) {
    return person.seer.role == "importer" && person.seer.place == 'O' && !person.seer.is_clear;
  });
  ASSERT_NE(importer, city_->people().end());
  Visitor visitor(server_->port(), *importer, findings_);
  auto const foreign =
      city_->system().reads().get(kernel::system_viewer("3715"), "firm", *city_->first("firm", 'N', "Nf"));
  std::string const rows =
      "name,uscc,region\n改名有限公司," + *parse_json(foreign->body)->find("uscc")->as_text() + ",371581\n";
  auto const begun = visitor.ask("POST /api/v1/{register}/import", "/api/v1/firm/import?name=rows.csv", rows,
                                 "Content-Type: text/csv\r\n");
  ASSERT_EQ(begun.status, 202) << begun.body;
  auto const job = *begun.json().find("id")->as_text();
  std::string const address = "/api/v1/jobs/" + job;
  Answer shown;
  do shown = visitor.get("/api/v1/jobs/{job}", address);
  while (shown.status == 200 && shown.json().find("ended_at")->as_text() == nullptr);
  EXPECT_THAT(shown.body, ::testing::HasSubstr("\"refused\":1"));
  EXPECT_EQ(visitor.get("/api/v1/jobs/{job}/errors", address + "/errors").status, 200);
  std::string const absent = std::string("/api/v1/jobs/") + nowhere;
  for (auto const& person : city_->people()) {
    if (person.account == importer->account) continue;
    Visitor other(server_->port(), person, findings_);
    for (std::string const part : {"", "/errors"}) {
      auto const one = other.get("/api/v1/jobs/{job}" + part, address + part);
      auto const none = other.get("/api/v1/jobs/{job}" + part, absent + part);
      if (one.status != 404 || without_names(one, job) != without_names(none, nowhere))
        findings_.defect(other.who() + " sees another's job: " + one.body);
    }
    auto const cancelled = other.ask("POST /api/v1/jobs/{job}/cancel", address + "/cancel");
    if (cancelled.status != 404) findings_.defect(other.who() + " cancels another's job: " + cancelled.body);
    auto const undone = other.ask("POST /api/v1/jobs/{job}/undo", address + "/undo");
    if (undone.status != 404) findings_.defect(other.who() + " undoes another's job: " + undone.body);
  }
}

// ---- what changes while one listens, and what one missed

struct Stream {
  Person const* person;
  Wire wire;
  std::string got;
  std::set<std::string> records() const {
    std::set<std::string> ids;
    for (auto at = got.find("\"id\":\""); at != got.npos; at = got.find("\"id\":\"", at + 1))
      ids.insert(got.substr(at + 6, 36));
    return ids;
  }
};

std::vector<Stream> open_streams(std::uint16_t port, std::vector<Person> const& people,
                                 std::string const& headers) {
  std::vector<Stream> streams;
  for (auto const& person : people) {
    if (person.seer.is_clear) continue;
    Stream stream{&person, Wire(port), ""};
    stream.wire.send("GET /api/v1/events HTTP/1.1\r\nHost: walk\r\nCookie: " + person.cookie + "\r\n" +
                     headers + "\r\n");
    stream.got = stream.wire.receive_until("event: hello");
    streams.push_back(std::move(stream));
  }
  return streams;
}

void ScopeWalk::events_reach_whom_they_concern() {
  auto& city = *city_;
  std::int64_t const before = store::integer(city.system().database().reader()->query(
                                  {"walk.size", "select size from ledger_head where jurisdiction = $1"},
                                  {std::string("3715")})[0][0]) -
                              1;
  auto live = open_streams(server_->port(), city.people(), "");
  std::set<std::string> changed;
  for (char const place : {'C', 'O', 'Z', 'N'}) {
    std::string const letter(1, place);
    std::pair<char const*, std::string> const owners[] = {{"firm", letter + "f"},
                                                          {"check", letter + "f"},
                                                          {"inspection_task", letter + "o"},
                                                          {"organisation", letter + "o"},
                                                          {"grant", ""}};
    for (auto const& [of, party] : owners)
      changed.insert(to_string(city.attach(*city.first(of, place, party))));
    auto const limit = *city.first("visit_limit", place, "");
    city.act("liu-" + letter, "visit_limit.change", limit,
             R"({"year":2039,"risk_class":")" + std::string(1, static_cast<char>('A' + changed.size() / 6)) +
                 R"(","visits_max":3,"basis":"QX)" + letter + R"(nvisit_limit.改","region":")" +
                 region_of(place) + "\"}");
    changed.insert(to_string(limit));
  }
  city.read_things();
  auto const sees = [&](Stream const& stream) {
    std::set<std::string> ids;
    for (auto const& id : changed)
      if (may_see(stream.person->seer, city.things().at(*parse_uuid(id)))) ids.insert(id);
    return ids;
  };
  auto const check = [&](std::vector<Stream>& streams, std::string const& what) {
    // First those who must hear something, so that silence is judged last, when everything has been told.
    std::ranges::stable_sort(streams, std::greater<>(),
                             [&](Stream const& stream) { return sees(stream).size(); });
    for (auto& stream : streams) {
      auto const wanted = sees(stream);
      while (stream.records() != wanted && stream.records().size() < wanted.size()) {
        auto const more = stream.wire.receive_until("\n\n");
        if (more.empty()) break;
        stream.got += more;
      }
      stream.got += stream.wire.receive_all(2);
      Visitor const visitor(server_->port(), *stream.person, findings_);
      findings_.walked("GET /api/v1/events");
      compare(visitor, what, stream.records(), wanted);
    }
  };
  check(live, "as it happens");
  live.clear();
  auto late =
      open_streams(server_->port(), city.people(), "Last-Event-ID: " + std::to_string(before) + "\r\n");
  check(late, "afterwards");
}

// Nobody, somebody whose grant is over, somebody whose account is closed, a program with a token for one
// register.
void ScopeWalk::nobody_comes_in_by_side_doors() {
  Person const nobody;
  Visitor stranger(server_->port(), nobody, findings_);
  auto const over = city_->hire({"officer", 'C', "", true}, "over", "2026-03-01");
  auto gone = city_->hire({"officer", 'C', "", true}, "gone");
  city_->act("", "account.block", gone.account, R"({"reason":"离职"})");
  Person late = over;
  late.seer = {};
  Visitor former(server_->port(), late, findings_);
  Person out = gone;
  out.seer = {};
  Visitor blocked(server_->port(), out, findings_);
  std::set<std::string> kinds;
  for (auto const& [id, thing] : city_->things()) {
    std::string const list = "/api/v1/" + thing.register_name;
    if (!kinds.insert(list + thing.place + thing.party).second) continue;
    for (std::string const& address :
         {list, list + "/export", path_of(thing, to_string(id)), path_of(thing, to_string(id)) + "/history",
          std::string("/api/v1/work")}) {
      EXPECT_EQ(stranger.get("", address).status, 401) << address;
      EXPECT_EQ(blocked.get("", address).status, 401) << address;
    }
    EXPECT_EQ(former.get("", path_of(thing, to_string(id))).status, 404);
  }
  for (auto const& reg : product::catalogue().registers())
    EXPECT_TRUE(ids_of(former.get("", "/api/v1/" + std::string(reg.name)).json()).empty());

  auto const leader = city_->hire({"leader", 'O', "", false}, "programmer", "", "one of many walkers");
  Visitor owner(server_->port(), leader, findings_);
  auto const made = owner.ask("POST /api/v1/tokens", "/api/v1/tokens",
                              R"({"name":"firms","days":3,"registers":["firm"],"writes":false,)"
                              R"("password":"one of many walkers"})");
  ASSERT_EQ(made.status, 201) << made.body;
  Person program;
  program.seer = leader.seer;
  Visitor robot(server_->port(), program, findings_);
  std::string const bearer = "Authorization: Bearer " + *made.json().find("token")->as_text() + "\r\n";
  EXPECT_EQ(ids_of(robot.get("", "/api/v1/firm?limit=200", bearer).json()), expected(leader.seer, "firm"));
  auto const firm = to_string(*city_->first("firm", 'O', "Of"));
  EXPECT_EQ(robot.get("", "/api/v1/firm/" + firm, bearer).status, 200);
  EXPECT_EQ(robot.get("", "/api/v1/firm/" + to_string(*city_->first("firm", 'N', "Nf")), bearer).status, 404);
  EXPECT_EQ(robot.ask("POST ", "/api/v1/firm/" + firm + "/update", "{}", bearer).status, 403);
  for (auto const& reg : product::catalogue().registers()) {
    if (reg.name == "firm") continue;
    std::string const list = "/api/v1/" + std::string(reg.name);
    for (auto const& address : {list, list + "/export", list + '/' + firm, list + '/' + firm + "/history",
                                "/api/v1/events?register=" + std::string(reg.name)})
      EXPECT_EQ(robot.get("", address, bearer).status, 403) << address;
  }
  for (auto const* whole : {"/api/v1/search?q=QX", "/api/v1/work", "/api/v1/personal-reads", "/api/v1/tokens",
                            "/api/v1/sessions"})
    EXPECT_EQ(robot.get("", whole, bearer).status, 403) << whole;
  EXPECT_EQ(robot.get("", "/api/v1/jobs", bearer).body, R"({"items":[]})");
}

TEST_P(ScopeWalk, NobodySeesMoreOrLessThanTheRulesGive) {
  for (auto const& reg : product::catalogue().registers()) {
    ASSERT_NE(rule_of(reg.name), nullptr) << "no rule says who reads " << reg.name;
    EXPECT_FALSE(expected({"auditor", 'C', "", false}, reg.name).empty())
        << "nothing was planted in " << reg.name;
  }
  std::atomic<std::size_t> next{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i)
      threads.emplace_back([&] {
        for (auto at = next++; at < city_->people().size(); at = next++) walk_person(city_->people()[at]);
      });
  }
  nobody_else_sees_a_job();
  events_reach_whom_they_concern();
  nobody_comes_in_by_side_doors();
  every_clear_read_is_in_the_book();
  all_documented_routes_are_walked();
  EXPECT_EQ(findings_.defects_, 0);
  std::cout << city_->people().size() << " people, " << city_->things().size() << " records, "
            << findings_.combinations_ << " combinations, " << findings_.defects_ << " defects\n";
  EXPECT_GT(findings_.combinations_, 10'000);
}

INSTANTIATE_TEST_SUITE_P(Engines, ScopeWalk, ::testing::Values(Engine::sqlite, Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::scope
