#include <charconv>
#include <map>
#include <memory>
#include <sstream>

#include "base/calendar.hpp"
#include "base/deadline.hpp"
#include "kernel/audit.hpp"
#include "kernel/grants.hpp"
#include "kernel/reads.hpp"
#include "kernel/system.hpp"
#include "reflect/codec.hpp"
#include "scenario/scenario.hpp"

namespace plumbline::scenario {

namespace {

using kernel::Command;
using kernel::Role;

struct Failed {
  std::string why;
};

std::string joined(Refusal const& refusal) {
  std::string text = refusal.code;
  if (!refusal.detail.empty()) text += " (" + refusal.detail + ")";
  for (auto const& problem : refusal.problems)
    text += ", " + problem.code + " " + problem.path +
            (problem.detail.empty() ? "" : " (" + problem.detail + ")");
  return text;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

struct Label {
  std::string register_name;
  Uuid id;
};

class Run {
 public:
  explicit Run(Stage const& stage) : stage_(stage) {
    kernel::Settings settings{stage.jurisdiction, "scenario.example/log", stage.database};
    auto const made = kernel::System::init(stage.folder, settings, stage.catalogue, clock_);
    if (!made) throw Failed{"init: " + joined(made.refusal())};
    reopen();
  }

  void take(Step const& step, Step const* next, Outcome& outcome) {
    std::istringstream words(step.words);
    std::string verb;
    words >> verb;
    if (verb == "as") return take_actor(words);
    if (verb == "on") return take_day(words);
    if (verb == "at") return take_distance(words);
    if (verb == "do") return take_act(words, step, next, outcome);
    if (verb == "refused") return;  // looked at with the act before it
    if (verb == "call") return take_name(words);
    if (verb == "expect") return take_expectation(words, outcome);
    if (verb != "clocks") throw Failed{"no such sentence: " + step.words};
    system_->run_clocks();
    after_act();
  }

 private:
  void reopen() {
    system_.reset();
    system_ = kernel::System::open(stage_.folder, stage_.catalogue, clock_);
  }
  void after_act() {
    if (stage_.way == Way::restart) reopen();
  }

  // ---- people

  Uuid account_of(std::string const& login) {
    if (auto const known = system_->account_of(login)) return *known;
    Command make;
    make.register_name = "account";
    make.action = "create";
    make.payload = R"({"login":")" + login + R"(","name":"张三"})";
    return must(system_->act(make), "account").record;
  }

  void grant(Uuid account, Role role, std::string const& region, std::optional<Uuid> firm) {
    kernel::Grant wanted;
    wanted.account = account;
    wanted.role = role;
    wanted.scope = firm ? "" : region;
    wanted.party = firm;
    wanted.valid_from = make_date(2020, 1, 1);
    wanted.reason = "scenario";
    Command give;
    give.register_name = "grant";
    give.action = "give";
    give.payload = reflect::to_text(wanted);
    must(system_->act(give), "grant");
  }

  void take_actor(std::istringstream& words) {
    std::string role_name, word, region, name;
    std::optional<Uuid> firm;
    words >> role_name;
    auto const role = kernel::parse_role(role_name);
    if (!role) throw Failed{"no such role: " + role_name};
    if (*role == Role::system || *role == Role::clock) {
      account_ = {};
      as_ = *role;
      return;
    }
    while (words >> word) {
      if (word == "of") words >> region;
      if (word == "named") words >> name;
      if (word == "for") {
        std::string kind, label;
        words >> kind >> label;
        firm = label_of(label).id;
      }
    }
    if (name.empty()) name = role_name + "-" + (firm ? to_string(*firm).substr(0, 18) : region);
    account_ = account_of(name);
    people_.insert_or_assign(name, account_);
    std::string const key = name + "/" + role_name + "/" + region + (firm ? to_string(*firm) : "");
    if (granted_.emplace(key, true).second) grant(account_, *role, region, firm);
  }

  // ---- time

  Date today() const { return legal_date(clock_.now()); }
  void set_day(Date day) { clock_.set(start_of_legal_day(day) + std::chrono::hours(9)); }

  void take_day(std::istringstream& words) {
    std::string text;
    words >> text;
    auto const day = parse_date(text);
    if (!day) throw Failed{"no such day: " + text};
    set_day(*day);
  }

  void take_distance(std::istringstream& words) {
    std::string count_text, unit;
    words >> count_text >> unit;
    int days = 0;
    auto const* first = count_text.data() + (count_text.starts_with('+') ? 1 : 0);
    auto const* last = count_text.data() + count_text.size();
    if (std::from_chars(first, last, days).ptr != last) throw Failed{"no such distance: " + count_text};
    if (unit.starts_with("workday"))
      set_day(add_workdays(today(), days, *system_->calendar()));
    else
      set_day(today() + days);
  }

  // ---- acts

  Label const& label_of(std::string const& label) const {
    auto const known = labels_.find(label);
    if (known == labels_.end()) throw Failed{"no such label: " + label};
    return known->second;
  }

  std::string value_of(std::string_view name, std::string_view field) const {
    if (name == "today") return to_string(today());
    if (auto const person = people_.find(std::string(name)); person != people_.end())
      return to_string(person->second);
    auto const& label = label_of(std::string(name));
    return field.empty() ? to_string(label.id) : cell(label, field);
  }

  // $LABEL, $NAME, $today, $LABEL.FIELD
  std::string filled(std::string_view payload) const {
    std::string out;
    for (std::size_t i = 0; i < payload.size();) {
      if (payload[i] != '$') {
        out += payload[i++];
        continue;
      }
      std::size_t end = i + 1;
      while (end < payload.size() && is_word(payload[end])) ++end;
      std::string_view const name = payload.substr(i + 1, end - i - 1);
      std::size_t field_end = end;
      if (end < payload.size() && payload[end] == '.')
        while (field_end + 1 < payload.size() &&
               (is_word(payload[field_end + 1]) || payload[field_end + 1] == '.'))
          ++field_end;
      std::string_view const field = field_end > end ? payload.substr(end + 1, field_end - end) : "";
      out += value_of(name, field);
      i = field_end > end ? field_end + 1 : end;
    }
    return out;
  }

  void take_act(std::istringstream& words, Step const& step, Step const* next, Outcome& outcome) {
    std::string target, label;
    words >> target >> label;
    auto const dot = target.find('.');
    if (dot == std::string::npos || label.empty()) throw Failed{"do REGISTER.ACTION LABEL: " + step.words};
    Command command;
    command.register_name = target.substr(0, dot);
    command.action = target.substr(dot + 1);
    auto const known = labels_.find(label);
    if (known != labels_.end()) command.record = known->second.id;
    command.payload = filled(step.payload);
    command.account = account_;
    command.as = as_;
    auto const answer = system_->act(command);
    if (next != nullptr && next->words.starts_with("refused ")) {
      ++outcome.refusals;
      return expect_refusal(answer, next->words);
    }
    ++outcome.acts;
    labels_.insert_or_assign(label, Label{command.register_name, must(answer, target).record});
    last_ = label;
    after_act();
  }

  void take_name(std::istringstream& words) {
    std::string label, register_name, position_text, of, source;
    words >> label >> register_name >> position_text >> of >> source;
    std::istringstream ids(filled(source));
    std::string id;
    int position = 0;
    std::from_chars(position_text.data(), position_text.data() + position_text.size(), position);
    for (int i = 0; i < position; ++i)
      if (!std::getline(ids, id, ';')) throw Failed{"no such record: " + source};
    auto const uuid = parse_uuid(id);
    if (!uuid) throw Failed{"not an id: " + id};
    labels_.insert_or_assign(label, Label{register_name, *uuid});
    last_ = label;
  }

  static kernel::Receipt must(Result<kernel::Receipt> const& answer, std::string const& what) {
    if (!answer) throw Failed{what + " refused: " + joined(answer.refusal())};
    return *answer;
  }

  static void expect_refusal(Result<kernel::Receipt> const& answer, std::string const& sentence) {
    std::istringstream words(sentence);
    std::string verb, code, path;
    words >> verb >> code >> path;
    if (answer) throw Failed{"not refused, expected " + code};
    auto const& refusal = answer.refusal();
    if (path.empty() && refusal.code == code) return;
    for (auto const& problem : refusal.problems)
      if (problem.code == code && (path.empty() || problem.path == path)) return;
    throw Failed{"expected " + code + " " + path + ", refused with " + joined(refusal)};
  }

  // ---- expectations

  kernel::Found found(Label const& label) const {
    auto record =
        system_->reads().get(kernel::system_viewer(stage_.jurisdiction), label.register_name, label.id);
    if (!record) throw Failed{"no record of " + label.register_name};
    return std::move(*record);
  }

  std::string cell(Label const& label, std::string_view path) const {
    auto const record = found(label);
    reflect::Type const* type = &record.record.type();
    void const* object = record.record.data();
    for (;;) {
      auto const dot = path.find('.');
      auto const* field = type->find(path.substr(0, dot));
      if (field == nullptr) throw Failed{"no field " + std::string(path)};
      if (dot == std::string_view::npos) return reflect::write_cell(*field, object);
      object = field->at_const(object);
      type = field->type;
      if (type->kind == reflect::Kind::optional) {
        if (type->count(object) == 0) return "";
        object = type->element_at(const_cast<void*>(object), 0);
        type = type->element;
      }
      path.remove_prefix(dot + 1);
    }
  }

  void take_expectation(std::istringstream& words, Outcome& outcome) {
    ++outcome.expectations;
    if (stage_.way == Way::rebuild) kernel::rebuild(*system_);
    std::string what, rest;
    words >> what;
    std::getline(words, rest);
    std::string label = last_;
    if (auto const of = rest.rfind(" of "); of != std::string::npos) {
      label = rest.substr(of + 4);
      rest.resize(of);
    }
    std::istringstream tail(rest);
    if (what == "state") return expect_state(tail, label_of(label));
    if (what == "field") return expect_field(tail, label_of(label));
    if (what == "clock") return expect_clock(tail, label_of(label));
    throw Failed{"expect what? " + what};
  }

  void expect_state(std::istringstream& words, Label const& label) const {
    std::string state;
    words >> state;
    auto const record = found(label);
    if (record.state != state) throw Failed{"expected state " + state + ", found " + record.state};
  }

  void expect_field(std::istringstream& words, Label const& label) const {
    std::string name, value;
    words >> name >> std::ws;
    std::getline(words, value);
    if (value == "\"\"") value.clear();
    value = filled(value);
    auto const is = cell(label, name);
    if (is != value) throw Failed{"expected " + name + " '" + value + "', found '" + is + "'"};
  }

  void expect_clock(std::istringstream& words, Label const& label) const {
    std::string rule, status, due_word, due;
    words >> rule >> status >> due_word >> due;
    auto const record = found(label);
    auto const* clock = record.envelope.clock(rule);
    if (clock == nullptr) throw Failed{"no clock " + rule};
    constexpr std::string_view names[] = {"running", "paused", "stopped", "lapsed"};
    auto const is = names[static_cast<std::size_t>(clock->status)];
    if (is != status) throw Failed{"expected clock " + rule + " " + status + ", found " + std::string(is)};
    if (!due.empty() && to_string(clock->due_on) != due)
      throw Failed{"expected clock " + rule + " due " + due + ", found " + to_string(clock->due_on)};
  }

  Stage const& stage_;
  FixedClock clock_{start_of_legal_day(make_date(2026, 3, 2)) + std::chrono::hours(9)};
  std::unique_ptr<kernel::System> system_;
  Uuid account_;
  Role as_ = Role::system;
  std::map<std::string, Label> labels_;
  std::map<std::string, Uuid> people_;
  std::map<std::string, bool> granted_;
  std::string last_;
};

}  // namespace

Outcome run_scenario(std::vector<Step> const& steps, Stage const& stage) {
  Outcome outcome;
  try {
    Run run(stage);
    for (std::size_t i = 0; i < steps.size(); ++i) try {
        run.take(steps[i], i + 1 < steps.size() ? &steps[i + 1] : nullptr, outcome);
      } catch (Failed const& failed) {
        outcome.failures.push_back(steps[i].file + ":" + std::to_string(steps[i].line) + ": " + failed.why);
        return outcome;
      }
  } catch (Failed const& failed) {
    outcome.failures.push_back("0: " + failed.why);
  }
  return outcome;
}

}  // namespace plumbline::scenario
