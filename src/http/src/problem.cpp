#include "problem.hpp"

#include <algorithm>
#include <array>
#include <iostream>

#include "kernel/messages.hpp"

namespace plumbline::http {
namespace {

struct Status {
  std::string_view code;
  int status;
};
// Every other refusal is the answer of a rule: 422.
constexpr std::array statuses{
    Status{"adopt_first", 503},
    Status{"already_exists", 409},
    Status{"bad_cursor", 400},
    Status{"busy", 503},
    Status{"csrf", 403},
    Status{"document_exists", 409},
    Status{"duplicate", 409},
    Status{"forbidden", 403},
    Status{"four_eyes", 403},
    Status{"illegal_in_state", 409},
    Status{"internal", 500},
    Status{"invitation_unknown", 404},
    Status{"invalid_value", 400},
    Status{"login_delayed", 429},
    Status{"login_failed", 401},
    Status{"method_not_allowed", 405},
    Status{"not_dead", 409},
    Status{"not_filterable", 400},
    Status{"not_for_oneself", 403},
    Status{"not_found", 404},
    Status{"not_searchable", 400},
    Status{"not_signed_in", 401},
    Status{"not_sortable", 400},
    Status{"one_time_password_over", 401},
    Status{"out_of_range", 400},
    Status{"outcome_unknown", 503},
    Status{"password_change_required", 403},
    Status{"range_unsatisfiable", 416},
    Status{"read_only", 503},
    Status{"search_too_short", 400},
    Status{"second_factor_missing", 403},
    Status{"second_factor_required", 401},
    Status{"second_factor_wrong", 401},
    Status{"sign_up_closed", 403},
    Status{"sign_ups_of_today_taken", 429},
    Status{"stopping", 503},
    Status{"storage_full", 507},
    Status{"terms_outdated", 409},
    Status{"not_for_tokens", 403},
    Status{"token_too_narrow", 403},
    Status{"too_many_jobs", 503},
    Status{"too_large", 413},
    Status{"too_many_filters", 400},
    Status{"unavailable", 503},
    Status{"too_many_values", 400},
    Status{"unknown_action", 404},
    Status{"unsupported_format", 400},
    Status{"unknown_parameter", 400},
    Status{"unknown_register", 404},
    Status{"version_conflict", 412},
    Status{"wrong_media_type", 415},
    Status{"identity_taken", 409},
    Status{"identity_unknown", 403},
    Status{"oidc_denied", 403},
    Status{"oidc_refused", 403},
    Status{"oidc_state_unknown", 400},
    Status{"oidc_token_invalid", 403},
    Status{"oidc_unreachable", 503},
    Status{"return_path_not_local", 400},
    Status{"second_factor_pending", 403},
    Status{"too_many_attempts", 429},
};

}  // namespace

kernel::Language language_of(Request const& request) {
  auto const wanted = request.header("accept-language").value_or("");
  auto const chinese = wanted.find("zh");
  auto const english = wanted.find("en");
  return english < chinese ? kernel::Language::english : kernel::Language::chinese;
}

int status_of(std::string_view code) {
  auto const known = std::ranges::find(statuses, code, &Status::code);
  return known == statuses.end() ? 422 : known->status;
}

Response json(int status, Json const& document) { return json_text(status, write_json(document)); }

Response json_text(int status, std::string content) {
  auto response = text(status, "application/json", std::move(content));
  response.set("cache-control", "no-store");
  return response;
}

Json problem_json(Refusal const& refusal, Request const& request) {
  auto const language = language_of(request);
  int const status = status_of(refusal.code);
  Json document;
  document.set("type", "about:blank");
  document.set("title", kernel::message(refusal.code, language));
  document.set("status", status);
  document.set("code", refusal.code);
  // What broke inside is for the office's own eyes.
  if (status == 500)
    std::cerr << "request failed: " << request.id << ' ' << refusal.detail << '\n';
  else if (!refusal.detail.empty())
    document.set("detail", refusal.detail);
  document.set("instance", "urn:request:" + request.id);
  Json::Array problems;
  for (auto const& problem : refusal.problems) {
    Json row;
    row.set("path", problem.path);
    row.set("code", problem.code);
    row.set("message", kernel::message(problem.code, language));
    if (!problem.detail.empty()) row.set("detail", problem.detail);
    problems.push_back(std::move(row));
  }
  document.set("problems", std::move(problems));
  return document;
}

Response problem_of(Refusal const& refusal, Request const& request) {
  auto const language = language_of(request);
  int const status = status_of(refusal.code);
  auto response = text(status, "application/problem+json", write_json(problem_json(refusal, request)));
  response.set("cache-control", "no-store");
  response.set("content-language", language == kernel::Language::english ? "en" : "zh-CN");
  if (status == 503 || status == 429) response.set("retry-after", "1");
  return response;
}

}  // namespace plumbline::http
