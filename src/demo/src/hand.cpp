#include "hand.hpp"

#include <algorithm>
#include <stdexcept>

namespace plumbline::demo {

namespace {
constexpr std::size_t chunk_commands = 256;
}

void fail(std::string const& what, Refusal const& refusal) {
  std::string text = what + ": " + refusal.code;
  if (!refusal.detail.empty()) text += " (" + refusal.detail + ")";
  for (auto const& problem : refusal.problems)
    text += ", " + problem.path + " " + problem.code + " " + problem.detail;
  throw std::runtime_error(text);
}

Json object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }

Json texts(std::vector<std::string> const& values) {
  Json list(Json::Array{});
  for (auto const& value : values) list.push(value);
  return list;
}

Instant at(Date day, int hour, int minute) {
  return start_of_legal_day(day) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

Uuid Hand::new_id(std::string_view label) { return Chance(seed_, label).id(clock_.now()); }

kernel::Command Hand::make(Uuid account, std::string register_name, std::string action,
                           std::string_view label, Json const& payload) {
  kernel::Command command;
  command.record = new_id(register_name + "/" + std::string(label));
  command.register_name = std::move(register_name);
  command.action = std::move(action);
  command.payload = write_json(payload);
  command.account = account;
  return command;
}

Uuid Hand::create(Uuid account, std::string register_name, std::string action, std::string_view label,
                  Json const& payload) {
  std::string const what = register_name + "." + action + " " + std::string(label);
  return must(system_.act(make(account, std::move(register_name), std::move(action), label, payload)), what)
      .record;
}

void Hand::act(Uuid account, std::string register_name, std::string action, Uuid record,
               Json const& payload) {
  std::string const what = register_name + "." + action;
  kernel::Command command;
  command.register_name = std::move(register_name);
  command.action = std::move(action);
  command.record = record;
  command.payload = write_json(payload);
  command.account = account;
  must(system_.act(std::move(command)), what);
}

std::vector<Uuid> Hand::all(std::vector<kernel::Command> commands) {
  std::vector<Uuid> ids;
  ids.reserve(commands.size());
  for (std::size_t from = 0; from < commands.size(); from += chunk_commands) {
    auto const to = std::min(from + chunk_commands, commands.size());
    std::vector<kernel::Command> chunk(std::make_move_iterator(commands.begin() + static_cast<long>(from)),
                                       std::make_move_iterator(commands.begin() + static_cast<long>(to)));
    std::string const what = chunk.front().register_name + "." + chunk.front().action;
    for (auto& answer : system_.submit_chunk(std::move(chunk)))
      ids.push_back(must(std::move(answer), what).record);
  }
  return ids;
}

}  // namespace plumbline::demo
