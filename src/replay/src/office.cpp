#include "office.hpp"

#include "kernel/grants.hpp"
#include "reflect/codec.hpp"

namespace plumbline::replay {

namespace {
// Enough to fill the desk's batches, far below its queue.
constexpr std::size_t acts_under_way = 128;
}  // namespace

kernel::Refused failed(std::string const& what, Refusal const& refusal) {
  std::string detail = what + (refusal.detail.empty() ? "" : ": " + refusal.detail);
  for (auto const& problem : refusal.problems) detail += ", " + problem.path + " " + problem.code;
  return kernel::Refused(Refusal{refusal.code, std::move(detail), refusal.problems});
}

kernel::Command Office::command(Uuid who, std::string const& register_name, std::string const& action,
                                Uuid record, Json const& payload) {
  kernel::Command command;
  command.register_name = register_name;
  command.action = action;
  command.record = record;
  command.payload = payload.is_null() ? "" : write_json(payload);
  command.account = who;
  return command;
}

kernel::Receipt Office::act(Uuid who, std::string const& register_name, std::string const& action,
                            Uuid record, Json const& payload) {
  return must(system_.act(command(who, register_name, action, record, payload)),
              register_name + "." + action);
}

std::vector<kernel::Receipt> Office::act_all(std::vector<kernel::Command> commands) {
  std::vector<kernel::Receipt> receipts;
  for (std::size_t begin = 0; begin < commands.size(); begin += acts_under_way) {
    std::vector<std::pair<std::string, std::future<Result<kernel::Receipt>>>> waiting;
    for (std::size_t i = begin; i < std::min(begin + acts_under_way, commands.size()); ++i) {
      std::string name = commands[i].register_name + "." + commands[i].action;
      waiting.emplace_back(std::move(name), system_.submit(std::move(commands[i])));
    }
    for (auto& [name, answer] : waiting) receipts.push_back(must(answer.get(), name));
  }
  return receipts;
}

Uuid Office::person(kernel::Role role) { return person(role, std::string(kernel::to_string(role))); }

Uuid Office::person(kernel::Role role, std::string const& login) {
  if (auto const known = people_.find(login); known != people_.end()) return known->second;
  Json account;
  account.set("login", login);
  account.set("name", login);
  Uuid const made = act({}, "account", "create", {}, account).record;
  kernel::Grant grant;
  grant.account = made;
  grant.role = role;
  grant.scope = system_.settings().jurisdiction;
  grant.valid_from = legal_date(system_.clock().now());
  grant.reason = "replay";
  kernel::Command give = command({}, "grant", "give", {}, {});
  give.payload = reflect::to_text(grant);
  must(system_.act(std::move(give)), "grant.give");
  people_.emplace(login, made);
  return made;
}

}  // namespace plumbline::replay
