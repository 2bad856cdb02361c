#include "newcomers.hpp"

#include "address.hpp"
#include "base/limits.hpp"
#include "counted.hpp"
#include "kernel/act.hpp"
#include "kernel/credentials.hpp"
#include "members.hpp"

namespace plumbline::http {

using kernel::refuse;

Result<Newcomer> newcomer_of(Json const& body) {
  Newcomer newcomer;
  struct Member {
    std::string_view name;
    std::string* value;
    std::size_t most;
  };
  for (auto const& member : {Member{"login", &newcomer.login, limits::login_text},
                             Member{"password", &newcomer.password, limits::password_bytes_max},
                             Member{"name", &newcomer.name, limits::short_text}}) {
    auto value = text_member(body, member.name);
    if (!value) return value.refusal();
    if (value->empty()) return refuse("required", '/' + std::string(member.name));
    if (value->size() > member.most * limits::text_bytes_per_code_point)
      return refuse("too_long", '/' + std::string(member.name), std::to_string(member.most));
    *member.value = *std::move(value);
  }
  return newcomer;
}

Result<kernel::Receipt> admit(Context const& context, Newcomer const& newcomer, kernel::Command command,
                              Json payload) {
  auto& system = context.system;
  // Before a password is hashed, which takes its time.
  if (system.account_of(newcomer.login)) return refuse("duplicate", "/login");
  Counted const hashing(context.doors.hashing);
  if (hashing.others() >= static_cast<int>(limits::password_hashes_at_once)) return refuse("busy");
  Uuid const account = make_uuid7(system.clock().now());
  if (auto kept = kernel::prepare_password(system, account, newcomer.login, newcomer.password); !kept)
    return kept.refusal();
  payload.set("account", to_string(account));
  payload.set("login", newcomer.login);
  payload.set("name", newcomer.name);
  command.payload = write_json(payload);
  auto taken = system.act(std::move(command));
  // "outcome_unknown": the account may be there.
  if (!taken && taken.refusal().code != "outcome_unknown") kernel::forget_password(system, account);
  return taken;
}

Result<void> take_turn(Context const& context, Throttle& throttle) {
  auto const& address = context.request.peer;
  if (is_near(address)) return {};
  auto const seconds = throttle.take(neighbourhood(address), context.system.clock().now());
  if (seconds > 0) return refuse("too_many_attempts", "", std::to_string(seconds));
  return {};
}

}  // namespace plumbline::http
