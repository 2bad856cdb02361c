// What people do about their own ways in: password, sessions, tokens of programs, second factor.
#include "accounts.hpp"

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/credentials.hpp"
#include "kernel/grants.hpp"
#include "members.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

Result<Tokens::Wish> wish_of(Json const& body) {
  Tokens::Wish wish;
  auto name = text_member(body, "name");
  if (!name) return name.refusal();
  wish.name = *std::move(name);
  Json const* days = body.find("days");
  if (days == nullptr || days->as_integer() == nullptr) return refuse("required", "/days");
  if (*days->as_integer() < 1 || *days->as_integer() > limits::token_days_max)
    return refuse("out_of_range", "/days", "1.." + std::to_string(limits::token_days_max));
  wish.days = static_cast<int>(*days->as_integer());
  if (Json const* writes = body.find("writes")) {
    if (writes->as_bool() == nullptr) return refuse("invalid_value", "/writes");
    wish.rights.reads_only = !*writes->as_bool();
  }
  auto registers = texts_member(body, "registers");
  if (!registers) return registers.refusal();
  wish.rights.registers = *std::move(registers);
  auto actions = texts_member(body, "actions");
  if (!actions) return actions.refusal();
  wish.rights.actions = *std::move(actions);
  return wish;
}

}  // namespace

Result<void> confirm_again(Context const& context, Json const& body) {
  auto const password = text_member(body, "password");
  if (!password) return password.refusal();
  auto const account = context.session->account;
  auto& doors = context.doors;
  if (auto known = doors.sessions.confirm(account, *password, "/password"); !known) return known;
  if (!doors.factors.is_confirmed(account)) return {};
  auto const code = text_member(body, "code");
  if (!code) return refuse("second_factor_required", "/code");
  return doors.sessions.confirm_code(account, *code, doors.factors);
}

Json sessions_json(Context const& context, Uuid account) {
  Json::Array items;
  for (auto const& known : context.doors.sessions.of(account, session_token(context.request))) {
    Json row;
    row.set("id", known.id);
    row.set("opened_at", to_string(known.opened_at));
    row.set("seen_at", to_string(known.seen_at));
    row.set("is_this", known.is_this);
    items.push_back(std::move(row));
  }
  return items_json(std::move(items));
}

Json tokens_json(Context const& context, Uuid account) {
  Json::Array items;
  for (auto const& known : context.doors.tokens.of(account)) {
    Json row;
    row.set("id", known.id);
    row.set("name", known.name);
    row.set("registers", list_json(known.rights.registers));
    row.set("actions", list_json(known.rights.actions));
    row.set("writes", !known.rights.reads_only);
    row.set("made_at", to_string(known.made_at));
    row.set("expires_at", to_string(known.expires_at));
    row.set("used_at", instant_json(known.used_at));
    items.push_back(std::move(row));
  }
  return items_json(std::move(items));
}

// Ends every session of the account, this one too: whoever else is signed in is out.
Response change_password(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const present = text_member(*body, "present");
  if (!present) return context.refused(present.refusal());
  auto const wanted = text_member(*body, "wanted");
  if (!wanted) return context.refused(wanted.refusal());
  auto const account = context.session->account;
  if (auto known = context.doors.sessions.confirm(account, *present, "/present"); !known)
    return context.refused(known.refusal());
  if (*wanted == *present) return context.refused(refuse("password_unchanged", "/wanted"));
  if (auto kept = kernel::set_password(context.system, account, *wanted); !kept)
    return context.refused(kept.refusal());
  return no_content();
}

Response list_sessions(Context& context) {
  return json(200, sessions_json(context, context.session->account));
}

Response revoke_session(Context& context) {
  if (!context.doors.sessions.revoke(context.session->account, context.variable("session")))
    return context.refused(refuse("not_found"));
  return no_content();
}

Response list_tokens(Context& context) { return json(200, tokens_json(context, context.session->account)); }

// {"name", "days", "writes"?, "registers"?, "actions"?, "password", "code"?}
Response make_token(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const wish = wish_of(*body);
  if (!wish) return context.refused(wish.refusal());
  if (auto known = confirm_again(context, *body); !known) return context.refused(known.refusal());
  auto const made = context.doors.tokens.make(context.session->account, *wish);
  if (!made) return context.refused(made.refusal());
  Json document;
  document.set("id", made->id);
  document.set("token", made->token);
  document.set("expires_at", to_string(made->expires_at));
  return json(201, document);
}

Response revoke_token(Context& context) {
  if (!context.doors.tokens.revoke(context.session->account, context.variable("token")))
    return context.refused(refuse("not_found"));
  return no_content();
}

Response show_second_factor(Context& context) {
  Json document;
  document.set("confirmed", context.doors.factors.is_confirmed(context.session->account));
  document.set("missing", context.doors.factors.is_missing(context.session->account));
  return json(200, document);
}

// The secret for an authenticator, as text and as the address that phones read from a QR code.
Response begin_second_factor(Context& context) {
  auto const account = context.session->account;
  auto const secret = context.doors.factors.begin(account);
  if (!secret) return context.refused(secret.refusal());
  auto const owner = context.system.reads().get(kernel::system_viewer(context.system.settings().jurisdiction),
                                                "account", account);
  std::string const login = owner ? owner->as<kernel::Account>().login : to_string(account);
  std::string const shown = base32_encode(*secret);
  Json document;
  document.set("secret", shown);
  document.set("uri", "otpauth://totp/Plumbline:" + percent_encode(login) + "?secret=" + shown +
                          "&issuer=Plumbline&algorithm=SHA1&digits=6&period=" +
                          std::to_string(limits::totp_step_seconds));
  return json(201, document);
}

Response confirm_second_factor(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const code = text_member(*body, "code");
  if (!code) return context.refused(code.refusal());
  auto const codes = context.doors.factors.confirm(context.session->account, *code);
  if (!codes) return context.refused(codes.refusal());
  Json document;
  document.set("recovery_codes", list_json(*codes));
  return json(200, document);
}

// Takes the password again: an open screen must not be enough.
Response remove_second_factor(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const password = text_member(*body, "password");
  if (!password) return context.refused(password.refusal());
  auto const account = context.session->account;
  if (auto known = context.doors.sessions.confirm(account, *password, "/password"); !known)
    return context.refused(known.refusal());
  if (auto gone = context.doors.factors.remove(account); !gone) return context.refused(gone.refusal());
  return no_content();
}

}  // namespace plumbline::http
