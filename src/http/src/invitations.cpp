// Invitations of firms: an officer makes a code, the firm's clerk makes an account of it. A code is worth 100
// bits, good once, and kept as its hash; what was used, revoked, is over or never was looks the same.
#include <algorithm>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/credentials.hpp"
#include "kernel/identity.hpp"
#include "kernel/ids.hpp"
#include "newcomers.hpp"
#include "title.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;
using store::Sql;

Sql const insert_code{
    "invitation_code.insert",
    "insert into invitation_code (jurisdiction, code_hash, invitation) values ($1, $2, $3)"};
Sql const select_code{"invitation_code.select",
                      "select invitation from invitation_code where jurisdiction = $1 and code_hash = $2"};
Sql const delete_code{"invitation_code.delete",
                      "delete from invitation_code where jurisdiction = $1 and code_hash = $2"};

constexpr std::size_t group = 5;

// Typed from a letter: groups and capitals are for the eye.
Bytes hash_of(std::string_view typed) {
  std::string code;
  for (char const c : typed)
    if (c != '-' && c != ' ') code += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  Hash const hash = sha256("invitation:" + code);
  return {hash.begin(), hash.end()};
}

std::string grouped(std::string const& code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); i += group)
    out += (out.empty() ? "" : "-") + code.substr(i, group);
  return out;
}

// An open invitation of this code. Refused "invitation_unknown", "too_many_attempts".
Result<kernel::Found> open_invitation(Context const& context) {
  auto& system = context.system;
  auto const& place = system.settings().jurisdiction;
  if (auto turn = take_turn(context, context.doors.codes); !turn) return turn.refusal();
  auto const rows =
      system.database().reader()->query(select_code, {place, hash_of(context.variable("code"))});
  Uuid id;  // nobody's: what is not there is looked up as well
  if (!rows.empty()) id = kernel::uuid_from(rows[0][0]);
  auto found = system.reads().get(kernel::system_viewer(place), "invitation", id);
  if (!found || found->state != "open" || *found->as<kernel::Invitation>().expires_at <= system.clock().now())
    return refuse("invitation_unknown");
  return *std::move(found);
}

Result<kernel::Receipt> make_invitation(Context const& context, Uuid firm, std::string const& firm_name) {
  auto const body = parse_json(context.request.body.empty() ? "{}" : context.request.body);
  if (!body) return body.refusal();
  if (body->as_object() == nullptr) return refuse("wrong_kind", "", "object");
  kernel::Query open;
  open.where.push_back({"state", kernel::Compare::equal, {"open"}});
  auto const viewer = kernel::system_viewer(context.system.settings().jurisdiction);
  auto const count = context.system.reads().count(viewer, "invitation", open);
  if (!count) return count.refusal();
  if (*count >= static_cast<std::int64_t>(limits::invitations_open))
    return refuse("too_many_invitations", "", std::to_string(limits::invitations_open));
  Json payload;
  for (auto const& [name, value] : *body->as_object()) {
    if (name != "for_whom" && name != "contact") return refuse("unknown_field", '/' + name);
    payload.set(name, value);
  }
  payload.set("firm", to_string(firm));
  payload.set("firm_name", firm_name);
  kernel::Command command;
  command.register_name = "invitation";
  command.action = "invite";
  command.payload = write_json(payload);
  command.account = context.session->account;
  return context.system.act(std::move(command));
}

}  // namespace

// {"for_whom"?, "contact"?}
Response invite_firm(Context& context) {
  auto const id = parse_uuid(context.variable("id"));
  auto const* firms = context.system.catalogue().find("firm");
  auto const viewer = context.viewer();
  auto const firm = id && firms != nullptr ? context.system.reads().get(viewer, "firm", *id)
                                           : std::optional<kernel::Found>();
  if (!firm) return context.refused(refuse("not_found"));
  auto const made =
      make_invitation(context, *id, title_of(context, viewer, *firms, *firm, reflect::Sight::masked));
  if (!made) return context.refused(made.refusal());
  auto const code = kernel::make_password();
  auto const& place = context.system.settings().jurisdiction;
  if (auto kept =
          context.system.write_unlogged(insert_code, {place, hash_of(code), kernel::id_bytes(made->record)});
      !kept)
    return context.refused(kept.refusal());
  auto const found = context.system.reads().get(kernel::system_viewer(place), "invitation", made->record);
  Json document = Json(Json::Object{});
  document.set("id", to_string(made->record));
  document.set("code", grouped(code));
  if (found) document.set("expires_at", to_string(*found->as<kernel::Invitation>().expires_at));
  return json(201, document);
}

// To whom it invites, and nothing about people.
Response show_invitation(Context& context) {
  auto const found = open_invitation(context);
  if (!found) return context.refused(found.refusal());
  auto const& invitation = found->as<kernel::Invitation>();
  Json document;
  document.set("firm", invitation.firm_name);
  document.set("expires_at", to_string(*invitation.expires_at));
  return json(200, document);
}

// {"login", "password", "name"}
Response accept_invitation(Context& context) {
  auto const found = open_invitation(context);
  if (!found) return context.refused(found.refusal());
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const newcomer = newcomer_of(*body);
  if (!newcomer) return context.refused(newcomer.refusal());
  kernel::Command command;
  command.register_name = "invitation";
  command.action = "accept";
  command.record = found->id;
  auto const accepted = admit(context, *newcomer, std::move(command), Json(Json::Object{}));
  // Somebody was faster with the same code.
  if (!accepted && accepted.refusal().code == "illegal_in_state")
    return context.refused(refuse("invitation_unknown"));
  if (!accepted) return context.refused(accepted.refusal());
  (void)context.system.write_unlogged(
      delete_code, {context.system.settings().jurisdiction, hash_of(context.variable("code"))});
  Json document;
  document.set("login", newcomer->login);
  return json(201, document);
}

}  // namespace plumbline::http
