// Signing in and out.
#include "base/limits.hpp"
#include "context.hpp"
#include "kernel/act.hpp"
#include "kernel/grants.hpp"
#include "members.hpp"

namespace plumbline::http {
namespace {

Json describe(Context const& context, Session const& session) {
  auto const viewer = context.system.viewer(session.account);
  Json document;
  document.set("account", to_string(session.account));
  document.set("csrf", session.csrf);
  Json::Array roles;
  for (auto const& grant : viewer.scoped) {
    Json row;
    row.set("role", kernel::to_string(grant.role));
    Json::Array scopes;
    for (auto const& scope : grant.scopes) scopes.emplace_back(scope);
    if (!scopes.empty()) row.set("scope", scopes.front());
    roles.push_back(std::move(row));
  }
  for (auto const& grant : viewer.represented) {
    Json row;
    row.set("role", kernel::to_string(grant.role));
    row.set("party", to_string(grant.party));
    roles.push_back(std::move(row));
  }
  document.set("grants", std::move(roles));
  // Until then nothing else is open to this account.
  document.set("second_factor_missing", context.doors.is_factor_missing(session));
  document.set("password_change_required", session.must_change);
  document.set("second_factor_required", session.owes_code);
  return document;
}

std::string cookie_of(std::string const& name, std::string const& value, std::optional<int> seconds,
                      Request const& request) {
  std::string cookie = name + '=' + value + "; Path=/; HttpOnly; SameSite=Strict";
  if (seconds) cookie += "; Max-Age=" + std::to_string(*seconds);
  return request.is_secure ? cookie + "; Secure" : cookie;
}

// The prefix makes browsers insist on Secure and Path=/, so no neighbouring site can set it.
std::string cookie_name(Request const& request, std::string_view name) {
  return (request.is_secure ? "__Host-" : "") + std::string(name);
}
std::string session_cookie(Request const& request) { return cookie_name(request, "plumbline"); }
std::string device_cookie(Request const& request) { return cookie_name(request, "plumbline-device"); }

}  // namespace

void set_cookies(Request const& request, Response& response, Sessions::Opened const& opened) {
  response.headers.push_back({"set-cookie", cookie_of(session_cookie(request), opened.token, {}, request)});
  response.headers.push_back({"set-cookie", cookie_of(device_cookie(request), opened.device,
                                                      limits::device_days * 86'400, request)});
}

std::string known_device(Request const& request) {
  return request.cookie(device_cookie(request)).value_or("");
}

std::string session_token(Request const& request) {
  return request.cookie(session_cookie(request)).value_or("");
}

Response sign_in(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const login = text_member(*body, "login");
  if (!login) return context.refused(login.refusal());
  auto const password = text_member(*body, "password");
  if (!password) return context.refused(password.refusal());
  auto const code = text_member(*body, "code");
  Sessions::Claim const claim{*login, *password, code ? *code : "", context.request.peer,
                              known_device(context.request)};
  auto const opened = context.doors.sessions.open(claim, context.doors.factors);
  if (!opened) return context.refused(opened.refusal());
  auto response = json(201, describe(context, opened->session));
  set_cookies(context.request, response, *opened);
  return response;
}

Response show_session(Context& context) { return json(200, describe(context, *context.session)); }

Response sign_out(Context& context) {
  context.doors.sessions.close(session_token(context.request));
  auto response = no_content();
  response.set("set-cookie", cookie_of(session_cookie(context.request), "", 0, context.request));
  return response;
}

}  // namespace plumbline::http
