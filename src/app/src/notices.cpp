// Where webhooks may go beyond public addresses, decided on the machine itself.
#include "kernel/act.hpp"
#include "notices/targets.hpp"
#include "support.hpp"

namespace plumbline::app {

int run_webhook_target(TargetOptions const& options) {
  Opened system(options.common);
  notices::Targets targets(*system);
  // Nobody in particular is whoever runs the machine.
  bool const may =
      system.account().is_nil() || system.viewer().has_role(kernel::Role::security_administrator);
  if (!may) return refused(kernel::refuse("forbidden"), options.common);
  if (options.forbid) {
    if (!targets.forbid(options.target)) return refused(kernel::refuse("not_found"), options.common);
  } else if (!options.target.empty()) {
    if (auto done = targets.allow(options.target, options.reason, system.account()); !done)
      return refused(done.refusal(), options.common);
  }
  Json::Array rows;
  for (auto const& target : targets.all()) {
    Json row;
    row.set("target", target.text);
    row.set("reason", target.reason);
    row.set("made_at", to_string(target.made_at));
    rows.push_back(std::move(row));
  }
  print(Json(std::move(rows)), options.common.output);
  return 0;
}

}  // namespace plumbline::app
