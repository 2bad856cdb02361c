// Operations on the ways in of others, and on ways to an account.
#include "openapi_parts.hpp"

namespace plumbline::http {
namespace {

Json text() { return of_type("string"); }

Json refusals() { return problem_answers({400, 401, 403, 404, 413, 415, 422, 429, 503, 507}); }

Json of_account() {
  Json parameters = forgery_guard();
  parameters.push(parameter("id", "path", true, uuid_schema()));
  return parameters;
}

// A reason, and perhaps which one is meant.
Json measure(std::string const& member = "") {
  Json reason = text();
  reason.set("maxLength", std::int64_t{500});
  Json::Object members{{"reason", std::move(reason)}};
  if (!member.empty()) members.emplace_back(member, text());
  return object_of(std::move(members), {"reason"});
}

void add_access_paths(AddOperation const& operation) {
  std::string const account = "/api/v1/account/{id}";
  Json const id = Json::Array{parameter("id", "path", true, uuid_schema())};
  operation(account + "/sessions", "get", "sessions_of", id, {},
            with(problem_answers({401, 403, 404}), "200", answer("their sessions", sessions_page())));
  operation(account + "/sessions/end", "post", "end_sessions_of", of_account(), measure("session"),
            with(refusals(), "204", empty_answer("this one, or all, have ended")));
  operation(account + "/tokens", "get", "tokens_of", id, {},
            with(problem_answers({401, 403, 404}), "200", answer("their tokens", tokens_page())));
  operation(account + "/tokens/revoke", "post", "revoke_tokens_of", of_account(), measure("token"),
            with(refusals(), "204", empty_answer("this one, or all, are revoked")));
  operation(
      account + "/password", "post", "set_one_time_password", of_account(), measure(),
      with(refusals(), "201",
           answer("a password for one day and one sign-in's purpose: to set another; told once",
                  object_of({{"password", text()}, {"expires_at", text()}}, {"password", "expires_at"}))));
  operation(account + "/second-factor/remove", "post", "remove_second_factor_of", of_account(), measure(),
            with(refusals(), "204", empty_answer("removed; their sessions have ended")));
}

void add_newcomer_paths(AddOperation const& operation) {
  operation("/api/v1/firm/{id}/invitations", "post", "invite", of_account(),
            object_of({{"for_whom", text()}, {"contact", text()}}, {}),
            with(refusals(), "201",
                 answer("the code, told once",
                        object_of({{"id", uuid_schema()}, {"code", text()}, {"expires_at", text()}},
                                  {"id", "code"}))));
  auto const code = [] { return Json::Array{parameter("code", "path", true, text())}; };
  operation("/api/v1/invitations/{code}", "get", "invitation", code(), {},
            with(problem_answers({404, 429}), "200",
                 answer("whose it is",
                        object_of({{"firm", text()}, {"expires_at", text()}}, {"firm", "expires_at"}))));
  Json::Object newcomer{{"login", text()}, {"password", text()}, {"name", text()}};
  auto const welcome = [] { return answer("may sign in", object_of({{"login", text()}}, {"login"})); };
  auto const problems = [] { return problem_answers({400, 403, 404, 409, 413, 415, 422, 429, 503, 507}); };
  operation("/api/v1/invitations/{code}/accept", "post", "accept_invitation", code(),
            object_of(newcomer, {"login", "password", "name"}), with(problems(), "201", welcome()));
  operation("/api/v1/citizens/terms", "get", "terms", Json::Array{}, {},
            with(problem_answers({403}), "200",
                 answer("to be agreed to",
                        object_of({{"edition", text()}, {"terms", text()}}, {"edition", "terms"}))));
  for (auto const* name : {"mail", "phone", "terms"}) newcomer.emplace_back(name, text());
  operation("/api/v1/citizens", "post", "sign_up", Json::Array{},
            object_of(std::move(newcomer), {"login", "password", "name", "terms"}),
            with(problems(), "201", welcome()));
}

Json identities_page() {
  Json used_at{Json::Object{}};
  used_at.set("type", Json::Array{"string", "null"});
  return page_of({{"id", text()},
                  {"issuer", text()},
                  {"subject", text()},
                  {"linked_at", text()},
                  {"used_at", std::move(used_at)}},
                 {"id", "issuer", "subject", "linked_at", "used_at"});
}

void add_oidc_paths(AddOperation const& operation) {
  std::string const base = "/api/v1/oidc/{provider}";
  auto const provider = [](Json parameters) {
    parameters.push(parameter("provider", "path", true, text()));
    return parameters;
  };
  operation("/api/v1/oidc/providers", "get", "providers", Json::Array{}, {},
            with(Json(Json::Object{}), "200",
                 answer("where one may sign in",
                        page_of({{"name", text()}, {"title", text()}}, {"name", "title"}))));
  operation(base + "/start", "get", "start_oidc",
            provider(Json::Array{parameter("return", "query", false, text())}), {},
            with(problem_answers({400, 404, 429, 503}), "303", empty_answer("to the provider")));
  Json back = provider(Json::Array{});
  for (auto const* name : {"state", "code", "iss", "error"})
    back.push(parameter(name, "query", false, text()));
  operation(base + "/callback", "get", "finish_oidc", std::move(back), {},
            with(problem_answers({400, 401, 403, 409, 422, 429, 503}), "303",
                 empty_answer("signed in, or the identity is linked")));
  operation(base + "/link", "post", "link_identity", provider(forgery_guard()),
            object_of({{"password", text()}, {"code", text()}, {"return", text()}}, {"password"}),
            with(refusals(), "201",
                 answer("where the browser goes now", object_of({{"location", text()}}, {"location"}))));
  operation("/api/v1/second-factor/check", "post", "check_second_factor", forgery_guard(),
            object_of({{"code", text()}}, {"code"}),
            with(refusals(), "204", empty_answer("the session owes no code any more")));
  operation("/api/v1/identities", "get", "identities", Json::Array{}, {},
            with(problem_answers({401, 403}), "200", answer("own identities", identities_page())));
  Json one = forgery_guard();
  one.push(parameter("identity", "path", true, text()));
  operation("/api/v1/identities/{identity}", "delete", "unlink_identity", std::move(one), {},
            with(problem_answers({401, 403, 404}), "204", empty_answer("unlinked")));
  std::string const theirs = "/api/v1/account/{id}/identities";
  operation(theirs, "get", "identities_of", Json::Array{parameter("id", "path", true, uuid_schema())}, {},
            with(problem_answers({401, 403, 404}), "200", answer("their identities", identities_page())));
  auto conflicts = [] { return problem_answers({400, 401, 403, 404, 409, 413, 415, 422, 503, 507}); };
  operation(theirs, "post", "link_identity_of", of_account(),
            object_of({{"provider", text()}, {"subject", text()}, {"reason", text()}},
                      {"provider", "subject", "reason"}),
            with(conflicts(), "204", empty_answer("linked")));
  operation(theirs + "/unlink", "post", "unlink_identity_of", of_account(), measure("identity"),
            with(conflicts(), "204", empty_answer("this one, or all, are unlinked")));
}

}  // namespace

Json page_of(Json::Object item, std::vector<std::string> const& required) {
  return object_of({{"items", list_of(object_of(std::move(item), required))}}, {"items"});
}

Json sessions_page() {
  return page_of(
      {{"id", text()}, {"opened_at", text()}, {"seen_at", text()}, {"is_this", of_type("boolean")}},
      {"id", "opened_at", "seen_at", "is_this"});
}

Json tokens_page() {
  Json used_at{Json::Object{}};
  used_at.set("type", Json::Array{"string", "null"});
  return page_of({{"id", text()},
                  {"name", text()},
                  {"registers", list_of(text())},
                  {"actions", list_of(text())},
                  {"writes", of_type("boolean")},
                  {"made_at", text()},
                  {"expires_at", text()},
                  {"used_at", std::move(used_at)}},
                 {"id", "name", "registers", "actions", "writes", "made_at", "expires_at", "used_at"});
}

void add_identity_paths(AddOperation const& operation) {
  add_access_paths(operation);
  add_newcomer_paths(operation);
  add_oidc_paths(operation);
}

}  // namespace plumbline::http
