// Signing in at an OpenID provider, and which of its identities an account has. Nobody gets an account by it.
#include <algorithm>

#include "access.hpp"
#include "accounts.hpp"
#include "address.hpp"
#include "base/limits.hpp"
#include "counted.hpp"
#include "kernel/act.hpp"
#include "kernel/identity.hpp"
#include "members.hpp"
#include "newcomers.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

// Lax, unlike the session's: the provider's page leads back here, and that is a way from elsewhere.
std::string flow_cookie(Request const& request) {
  return request.is_secure ? "__Host-plumbline-oidc" : "plumbline-oidc";
}
Header flow_cookie_header(Request const& request, std::string const& secret, int seconds) {
  return {"set-cookie", flow_cookie(request) + '=' + secret + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" +
                            std::to_string(seconds) + (request.is_secure ? "; Secure" : "")};
}

// A page of ours and of nobody else: "//elsewhere.example" and "/\elsewhere.example" are none to a browser.
bool is_local_path(std::string_view path) {
  if (!path.starts_with('/') || path.size() > limits::return_path_bytes) return false;
  if (path.size() > 1 && path[1] == '/') return false;
  for (char const c : path)
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F || c == '\\')
      return false;
  return true;
}

Response see_other(std::string const& location) {
  Response response;
  response.status = 303;
  response.set("location", location);
  response.set("cache-control", "no-store");
  return response;
}

struct Begun {
  std::string location;
  std::string browser;
};
// `account`: who links an identity; nil: somebody signs in.
Result<Begun> begin(Context const& context, Uuid account, std::string return_path) {
  auto* client = context.doors.identities.client(context.variable("provider"));
  if (client == nullptr) return refuse("not_found");
  if (!is_local_path(return_path)) return refuse("return_path_not_local", "/return");
  if (auto turn = take_turn(context, context.doors.oidc_starts); !turn) return turn.refusal();
  // They wait for somebody else's server: some workers must be left for everybody.
  Counted const asking(context.doors.asking);
  if (asking.others() >= limits::oidc_asked_at_once) return refuse("busy");
  Identities::UnderWay const wanted{client->provider().name, std::move(return_path), account,
                                    make_oidc_secrets()};
  auto address = client->address_to_ask(wanted.secrets);
  if (!address) return address.refusal();
  auto browser = context.doors.identities.begin(wanted);
  if (!browser) return browser.refusal();
  return Begun{*std::move(address), *std::move(browser)};
}

Json identities_json(Context const& context, Uuid account) {
  Json::Array items;
  for (auto const& known : context.doors.identities.of(account)) {
    Json row;
    row.set("id", known.id);
    row.set("issuer", known.issuer);
    row.set("subject", known.subject);
    row.set("linked_at", to_string(known.linked_at));
    row.set("used_at", instant_json(known.used_at));
    items.push_back(std::move(row));
  }
  return items_json(std::move(items));
}

// What came back for this browser: who, and what was under way.
struct Returned {
  Identities::UnderWay under_way;
  std::string issuer;
  OidcClient::Identity identity;
};
Result<Returned> returned(Context const& context) {
  auto const& request = context.request;
  auto const parameter = [&](std::string_view name) {
    return std::string(request.parameter(name).value_or(""));
  };
  auto const under_way =
      context.doors.identities.finish(parameter("state"), request.cookie(flow_cookie(request)).value_or(""));
  auto* client = context.doors.identities.client(context.variable("provider"));
  // Another provider than the one that was asked (mix-up) knows no state of this one.
  if (!under_way || client == nullptr || under_way->provider != client->provider().name)
    return refuse("oidc_state_unknown");
  if (!parameter("error").empty() || parameter("code").empty()) return refuse("oidc_denied");
  Counted const asking(context.doors.asking);
  if (asking.others() >= limits::oidc_asked_at_once) return refuse("busy");
  auto identity = client->redeem(parameter("code"), parameter("iss"), under_way->secrets);
  if (!identity) return identity.refusal();
  return Returned{*under_way, client->provider().issuer, *std::move(identity)};
}

}  // namespace

Response list_providers(Context& context) {
  Json::Array items;
  for (auto const& client : context.doors.identities.clients()) {
    Json row;
    row.set("name", client->provider().name);
    row.set("title", client->provider().title);
    items.push_back(std::move(row));
  }
  return json(200, items_json(std::move(items)));
}

// ?return=/path
Response start_oidc(Context& context) {
  auto const begun = begin(context, {}, std::string(context.request.parameter("return").value_or("/")));
  if (!begun) return context.refused(begun.refusal());
  auto response = see_other(begun->location);
  response.headers.push_back(
      flow_cookie_header(context.request, begun->browser, limits::sign_in_minutes * 60));
  return response;
}

// {"password", "code"?, "return"?}
Response link_identity(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  if (auto known = confirm_again(context, *body); !known) return context.refused(known.refusal());
  auto const path = text_member(*body, "return");
  auto const begun = begin(context, context.session->account, path ? *path : "/");
  if (!begun) return context.refused(begun.refusal());
  Json document;
  document.set("location", begun->location);
  auto response = json(201, document);
  response.headers.push_back(
      flow_cookie_header(context.request, begun->browser, limits::sign_in_minutes * 60));
  return response;
}

Response finish_oidc(Context& context) {
  auto const back = returned(context);
  if (!back) return context.refused(back.refusal());
  auto& doors = context.doors;
  auto response = see_other(back->under_way.return_path);
  response.headers.push_back(flow_cookie_header(context.request, "", 0));
  if (!back->under_way.account.is_nil()) {
    auto linked = doors.identities.link(back->under_way.account, back->issuer, back->identity.subject);
    return linked ? std::move(response) : context.refused(linked.refusal());
  }
  auto const account = doors.identities.account_of(back->issuer, back->identity.subject);
  if (!account) return context.refused(refuse("identity_unknown"));
  auto const opened = doors.sessions.open_elsewhere(*account, known_device(context.request),
                                                    back->identity.is_strong, doors.factors);
  if (!opened) return context.refused(opened.refusal());
  doors.identities.note_use(back->issuer, back->identity.subject);
  set_cookies(context.request, response, *opened);
  return response;
}

// {"code"}: of whoever came in through a provider that has not asked for it.
Response check_second_factor(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const code = text_member(*body, "code");
  if (!code) return context.refused(code.refusal());
  if (!context.session->owes_code) return context.refused(refuse("not_found"));
  auto& doors = context.doors;
  if (auto known = doors.sessions.confirm_code(context.session->account, *code, doors.factors); !known)
    return context.refused(known.refusal());
  doors.sessions.note_code(session_token(context.request));
  return no_content();
}

Response list_identities(Context& context) {
  return json(200, identities_json(context, context.session->account));
}

Response unlink_identity(Context& context) {
  if (!context.doors.identities.unlink(context.session->account, context.variable("identity")))
    return context.refused(refuse("not_found"));
  return no_content();
}

Response list_identities_of(Context& context) {
  auto const account = account_of_other(context);
  return account ? json(200, identities_json(context, *account)) : context.refused(account.refusal());
}

// {"provider", "subject", "reason"}
Response link_identity_of(Context& context) {
  auto const account = account_of_other(context);
  if (!account) return context.refused(account.refusal());
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const name = text_member(*body, "provider");
  auto const subject = text_member(*body, "subject");
  auto const reason = text_member(*body, "reason");
  for (auto const* member : {&name, &subject, &reason})
    if (!*member) return context.refused(member->refusal());
  auto& identities = context.doors.identities;
  auto* client = identities.client(*name);
  if (client == nullptr) return context.refused(refuse("invalid_value", "/provider"));
  if (subject->empty() || subject->size() > 255) return context.refused(refuse("invalid_value", "/subject"));
  auto const& issuer = client->provider().issuer;
  if (identities.account_of(issuer, *subject)) return context.refused(refuse("identity_taken"));
  if (auto taken = kernel::take_measure(context.system, context.session->account,
                                        {*account, kernel::AccessKind::identity_linked, *reason});
      !taken)
    return context.refused(taken.refusal());
  auto const linked = identities.link(*account, issuer, *subject);
  return linked ? no_content() : context.refused(linked.refusal());
}

// {"reason", "identity"?}; without one, all
Response unlink_identity_of(Context& context) {
  auto const account = account_of_other(context);
  if (!account) return context.refused(account.refusal());
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const reason = text_member(*body, "reason");
  if (!reason) return context.refused(reason.refusal());
  auto const one = text_member(*body, "identity");
  auto const known = context.doors.identities.of(*account);
  if (one ? std::ranges::count(known, *one, &Identities::Known::id) == 0 : known.empty())
    return context.refused(refuse("not_found"));
  if (auto taken = kernel::take_measure(context.system, context.session->account,
                                        {*account, kernel::AccessKind::identity_unlinked, *reason});
      !taken)
    return context.refused(taken.refusal());
  context.doors.identities.unlink(*account, one ? *one : "");
  return no_content();
}

}  // namespace plumbline::http
