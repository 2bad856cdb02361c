#include "city.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "base/hash.hpp"
#include "base/identifiers.hpp"
#include "kernel/blobs.hpp"
#include "kernel/credentials.hpp"
#include "kernel/document.hpp"
#include "product/catalogue.hpp"
#include "reflect/json.hpp"
#include "scenario/scenario.hpp"

namespace plumbline::scope {
namespace {

namespace fs = std::filesystem;
using store::Sql;

struct Place {
  char letter;
  std::string_view region;
};
constexpr Place places[] = {{'C', "3715"}, {'O', "371581"}, {'Z', "37158101"}, {'N', "371502"}};

void replace_all(std::string& text, std::string_view from, std::string const& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string uscc(std::uint64_t serial) { return *make_uscc("91", "371500", serial); }

// The lines of one day for one place; number 0: lines that stand once.
std::string told(std::string text, char letter, std::string_view region, std::uint64_t number) {
  replace_all(text, "@", std::string(1, letter));
  replace_all(text, "%R", std::string(region));
  replace_all(text, "%N", std::to_string(number));
  for (std::uint64_t i = 1; i <= 4; ++i)
    replace_all(text, "%" + std::to_string(i), uscc(1'000 + number * 10 + i));
  return text;
}

std::string whole_story() {
  std::ifstream file(fs::path(PLUMBLINE_SOURCE_DIR) / "tests" / "scope" / "city.scenario");
  std::string story;
  std::string lines;
  std::string day;
  bool once = false;
  auto end_of_day = [&] {
    if (day.empty()) return;
    story += "on " + day + '\n';
    if (once) story += told(lines, ' ', "", 0);
    for (std::uint64_t i = 0; !once && i < std::size(places); ++i)
      story += told(lines, places[i].letter, places[i].region, i + 1);
    lines.clear();
  };
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word != "day") {
      if (!day.empty()) lines += line + '\n';
      continue;
    }
    end_of_day();
    words >> day >> word;
    once = word == "once";
  }
  end_of_day();
  return story;
}

std::optional<std::string> member(Json const& document, std::string_view name) {
  Json const* found = document.find(name);
  if (found == nullptr || found->as_text() == nullptr) return {};
  return *found->as_text();
}

char place_of_region(std::string_view region) {
  for (auto const& place : places)
    if (place.region == region) return place.letter;
  return 'C';  // elsewhere in the city
}

// 139, the place's number, 00, whose: planted by the scenario.
std::optional<Mark> telephone(std::string_view digits) {
  if (digits.size() != 11 || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }) ||
      digits.substr(4, 2) != "00" || digits[3] < '1' || digits[3] > '4')
    return {};
  Mark mark{{"", places[digits[3] - '1'].letter, "", ""}, true, std::string(digits)};
  switch (digits[7]) {
    case '1':
      mark.thing.register_name = "inspector";
      mark.thing.party = {mark.thing.place, 'o'};
      break;
    case '2': mark.thing.register_name = "expert"; break;
    case '3':
      mark.thing.register_name = "firm";
      mark.thing.party = {mark.thing.place, digits[10] == '4' ? 'f' : 'g'};
      break;
    default: return {};
  }
  return mark;
}

}  // namespace

std::string region_of(char place) {
  for (auto const& known : places)
    if (known.letter == place) return std::string(known.region);
  return "";
}

std::vector<Mark> marks_in(std::string_view text) {
  auto const is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  std::vector<Mark> marks;
  for (auto at = text.find('X'); at != text.npos; at = text.find('X', at + 1)) {
    if (at == 0 || (text[at - 1] != 'Q' && text[at - 1] != 'P') || at + 4 > text.size()) continue;
    // The bytes of a PDF may look like anything else.
    if (!is_letter(text[at + 1]) || !is_letter(text[at + 2])) continue;
    auto end = at + 3;
    while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || text[end] == '_')) ++end;
    if (end == text.size() || text[end] != '.' || end == at + 3) continue;
    Mark mark{{std::string(text.substr(at + 3, end - at - 3)), text[at + 1], "", ""},
              text[at - 1] == 'P',
              std::string(text.substr(at - 1, end - at + 1))};
    if (text[at + 2] != 'n') mark.thing.party = {text[at + 1], text[at + 2]};
    constexpr std::string_view file = "attachment_of_";
    if (mark.thing.register_name.starts_with(file)) {
      mark.thing.owner = mark.thing.register_name.substr(file.size());
      mark.thing.register_name = "attachment";
    }
    marks.push_back(std::move(mark));
  }
  // Not inside a hash or the id of a request, which may hold any digits.
  auto const is_hex = [&](std::size_t at) {
    return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  for (auto at = text.find("139"); at != text.npos; at = text.find("139", at + 1))
    if ((at == 0 || !is_hex(at - 1)) && !is_hex(at + 11))
      if (auto mark = telephone(text.substr(at, 11))) marks.push_back(*std::move(mark));
  return marks;
}

std::string Person::name() const {
  return seer.role + (seer.place == 0 ? " for " + seer.party : std::string(" of ") + seer.place) +
         (seer.is_clear ? ", clear" : "");
}

City::City(fs::path folder, std::string const& database)
    : folder_(std::move(folder)), clock_(start_of_legal_day(make_date(2026, 3, 11)) + std::chrono::hours(9)) {
  plant(database);
  system_ = kernel::System::open(folder_, product::catalogue(), clock_);
  read_things();
  plant_files();
  read_things();
  plant_documents();
  read_things();
  staff();
  read_things();
}

City::~City() {
  system_.reset();
  fs::remove_all(folder_);
}

void City::plant(std::string const& database) {
  auto const steps = scenario::parse_scenario(whole_story());
  if (!steps) throw std::runtime_error(steps.refusal().detail);
  auto const outcome =
      scenario::run_scenario(*steps, {product::catalogue(), folder_, database, "3715", scenario::Way::plain});
  for (auto const& failure : outcome.failures) throw std::runtime_error(failure);
}

// A citizen; a file with one record of every kind; then the move of one firm: its file has to move along.
void City::plant_files() {
  act("", "citizen.sign_up", {},
      R"({"account":")" + to_string(make_uuid7(clock_.now())) +
          R"(","login":"citizen","name":"PXCncitizen.","mail":"PXCncitizen.@example.com","terms":"1"})");
  read_things();
  std::set<std::string> kinds;
  for (auto const& [id, thing] : std::map(things_))
    if (kinds.insert(thing.register_name + '/' + thing.place + thing.party).second) attach(id);
  auto const moved = system_->reads().find(kernel::system_viewer("3715"), "firm", "uscc", uscc(1'003));
  if (!moved) throw std::runtime_error("the firm that moves is not there");
  attach(moved->id);
  act("guo-C", "firm.update", moved->id,
      R"({"name":"QXOnfirm.迁来有限公司","region":"371581","legal_representative":"PXOnfirm.","uscc":")" +
          uscc(1'003) + "\"}");
}

// An internal document of one check of every kind.
void City::plant_documents() {
  kernel::DocumentOffice office(*system_);
  std::set<std::string> kinds;
  for (auto const& [id, thing] : std::map(things_)) {
    if (thing.register_name != "check" || kinds.contains(thing.place + thing.party)) continue;
    auto const account = system_->account_of("guo-C").value();
    if (office.issue(account, {"inspection_approval", "check", id, {}, {}, ""}))
      kinds.insert(thing.place + thing.party);
  }
  if (kinds.size() < 2) throw std::runtime_error("no documents were planted");
}

// Every role at every place, for a firm and for a bureau, and once with personal data in clear.
void City::staff() {
  std::vector<Seer> seers;
  for (int i = 0; i < kernel::role_count; ++i) {
    auto const role = static_cast<kernel::Role>(i);
    if (role == kernel::Role::system || role == kernel::Role::clock) continue;
    std::string const name(kernel::to_string(role));
    for (auto const& place : places) seers.push_back({name, place.letter, "", false});
    seers.push_back({name, name == "officer" || name == "auditor" ? 'O' : 'C', "", true});
    for (auto const* party : {"Of", "Oo"}) seers.push_back({name, 0, party, false});
  }
  for (auto const* party : {"Og", "Nf"}) seers.push_back({"firm", 0, party, false});
  for (auto const& seer : seers) people_.push_back(hire(seer, "seer-" + std::to_string(people_.size())));
}

Person City::hire(Seer const& seer, std::string const& login, std::string const& valid_to,
                  std::string const& password) {
  static Sql const insert_session{
      "walk.session",
      "insert into session (jurisdiction, token_hash, account, csrf, opened_at, seen_at) "
      "values ($1, $2, $3, $4, $5, $5)"};
  Person person{seer, {}, "", hex_encode(random_bytes(16))};
  person.account = act("", "account.create", {}, R"({"login":")" + login + R"(","name":"PXCnaccount."})");
  std::string grant = R"({"account":")" + to_string(person.account) + R"(","role":")" + seer.role +
                      R"(","valid_from":"2020-01-01","reason":"walk")";
  if (!valid_to.empty()) grant += R"(,"valid_to":")" + valid_to + '"';
  if (seer.is_clear) grant += R"(,"personal":"clear")";
  if (seer.place != 0)
    grant += R"(,"scope":")" + region_of(seer.place) + '"';
  else if (seer.party.ends_with('o'))
    grant += R"(,"party":")" + to_string(*first("organisation", seer.party[0], seer.party)) + '"';
  else
    grant += R"(,"party":")" + to_string(*first("firm", seer.party[0], seer.party)) + '"';
  act("", "grant.give", {}, grant + "}");
  if (!password.empty() && !kernel::set_password(*system_, person.account, password))
    throw std::runtime_error("no password for " + login);
  std::string const token = hex_encode(random_bytes(32));
  Hash const hash = sha256(token);
  person.cookie = "plumbline=" + token;
  auto const kept = system_->write_unlogged(
      insert_session, {std::string("3715"), Bytes(hash.begin(), hash.end()),
                       Bytes(person.account.bytes.begin(), person.account.bytes.end()), person.csrf,
                       clock_.now().micros_utc});
  if (!kept) throw std::runtime_error(kept.refusal().code);
  return person;
}

Uuid City::act(std::string const& login, std::string const& target, std::optional<Uuid> record,
               std::string const& payload) {
  auto const dot = target.find('.');
  kernel::Command command;
  command.register_name = target.substr(0, dot);
  command.action = target.substr(dot + 1);
  if (record) command.record = *record;
  command.payload = payload;
  if (!login.empty()) command.account = system_->account_of(login).value();
  auto const done = system_->act(command);
  if (!done) throw std::runtime_error(target + ": " + done.refusal().code + ' ' + done.refusal().detail);
  return done->record;
}

Uuid City::attach(Uuid owner) {
  auto const& thing = things_.at(owner);
  std::string const whose = thing.party.empty() ? std::string{thing.place, 'n'} : thing.party;
  std::string const mark = "QX" + whose + "attachment_of_" + thing.register_name + '.';
  std::string const content = "\xFF\xD8\xFF " + mark + std::to_string(++files_);
  auto const stored = system_->blobs().put(content);
  return act("", "attachment.attach", {},
             R"({"sha256":")" + to_hex(stored->sha256) + R"(","bytes":)" + std::to_string(content.size()) +
                 R"(,"media_type":"image/jpeg","file_name":")" + mark + std::to_string(files_) +
                 R"(.jpg","register_name":")" + thing.register_name + R"(","record":")" + to_string(owner) +
                 "\"}");
}

std::optional<Uuid> City::first(std::string_view register_name, char place, std::string const& party) const {
  for (auto const& [id, thing] : things_)
    if (thing.register_name == register_name && thing.place == place && thing.party == party) return id;
  return {};
}

void City::read_things() {
  // Grants name firms and bureaus, files name records: those first.
  std::vector<std::string> names;
  for (auto const& reg : product::catalogue().registers())
    if (reg.name != "grant" && reg.name != "attachment" && !reg.name.starts_with("document"))
      names.emplace_back(reg.name);
  for (auto const* last : {"grant", "document", "document_slot", "attachment"}) names.emplace_back(last);
  things_.clear();
  for (auto const& name : names) {
    Sql const all{"walk.all", "select id, body from r_" + name + " where jurisdiction = $1"};
    for (auto const& row : system_->database().reader()->query(all, {std::string("3715")})) {
      Uuid id;
      std::ranges::copy(store::blob(row[0]), id.bytes.begin());
      things_[id] = thing_of(name, store::text(row[1]));
    }
  }
}

// From what the record says of itself.
Thing City::thing_of(std::string const& register_name, std::string const& body) const {
  auto const document = parse_json(body);
  Json const& record = *document;
  Thing thing{register_name, 'C', "", ""};
  if (register_name == "attachment") {
    thing = things_.at(*parse_uuid(*member(record, "record")));
    thing.owner = std::exchange(thing.register_name, register_name);
    return thing;
  }
  if (register_name == "document") {  // issued to nobody but the bureau
    thing.place = things_.at(*parse_uuid(*member(record, "record"))).place;
    thing.owner = *member(record, "register_name");
    return thing;
  }
  if (register_name == "document_slot") {
    auto const key = *member(record, "key");
    thing.place = things_.at(*parse_uuid(key.substr(key.find('/') + 1))).place;
    return thing;
  }
  if (register_name == "grant") {
    if (auto const scope = member(record, "scope"); scope && !scope->empty())
      thing.place = place_of_region(*scope);
    if (auto const party = member(record, "party")) {
      thing.party = things_.at(*parse_uuid(*party)).party;
    }
    return thing;
  }
  if (register_name == "region") {  // a place is known to those of the place above
    thing.place = place_of_region(member(record, "parent").value_or("3715"));
    return thing;
  }
  if (auto const region = member(record, "region")) thing.place = place_of_region(*region);
  for (auto const& mark : marks_in(body))
    if (mark.thing.register_name == register_name) thing = mark.thing;
  return thing;
}

}  // namespace plumbline::scope
