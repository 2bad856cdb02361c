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

void add_identity_paths(AddOperation const& operation) { add_access_paths(operation); }

}  // namespace plumbline::http
