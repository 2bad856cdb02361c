// Citizens who sign themselves up, where the system administrator has opened that (register sign_up).
#include "kernel/act.hpp"
#include "kernel/grants.hpp"
#include "kernel/identity.hpp"
#include "members.hpp"
#include "newcomers.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

// Refused "sign_up_closed".
Result<kernel::SignUp> open_sign_up(Context const& context) {
  auto const viewer = kernel::system_viewer(context.system.settings().jurisdiction);
  auto const found = context.system.reads().find(viewer, "sign_up", "key", "citizen");
  if (!found || found->state != "open") return refuse("sign_up_closed");
  return found->as<kernel::SignUp>();
}

}  // namespace

Response show_terms(Context& context) {
  auto const sign_up = open_sign_up(context);
  if (!sign_up) return context.refused(sign_up.refusal());
  Json document;
  document.set("edition", sign_up->edition);
  document.set("terms", sign_up->terms);
  return json(200, document);
}

// {"login", "password", "name", "mail" and "phone" or one of them, "terms": the edition agreed to}
Response sign_up_citizen(Context& context) {
  auto const sign_up = open_sign_up(context);
  if (!sign_up) return context.refused(sign_up.refusal());
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const newcomer = newcomer_of(*body);
  if (!newcomer) return context.refused(newcomer.refusal());
  auto const terms = text_member(*body, "terms");
  if (!terms) return context.refused(terms.refusal());
  if (*terms != sign_up->edition)
    return context.refused(refuse("terms_outdated", "/terms", sign_up->edition));
  if (auto turn = take_turn(context, context.doors.sign_ups); !turn) return context.refused(turn.refusal());
  Json payload;
  payload.set("terms", *terms);
  for (auto const* name : {"mail", "phone"})
    if (Json const* contact = body->find(name)) payload.set(name, *contact);
  kernel::Command command;
  command.register_name = "citizen";
  command.action = "sign_up";
  auto const signed_up = admit(context, *newcomer, std::move(command), std::move(payload));
  if (!signed_up) return context.refused(signed_up.refusal());
  Json document;
  document.set("login", newcomer->login);
  return json(201, document);
}

}  // namespace plumbline::http
