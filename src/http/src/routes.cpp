// The table of everything the server answers, and the way of one request through it.
#include "http/api.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.hpp"
#include "compress.hpp"
#include "context.hpp"
#include "kernel/act.hpp"
#include "kernel/room.hpp"
#include "routes.hpp"

namespace plumbline::http {
namespace {

constexpr std::array table{
    // method, pattern, operation, entrance, content, answer
    ApiRoute{"GET", "/healthz", "health", Entrance::open, Content::none, show_health},
    ApiRoute{"GET", "/readyz", "readiness", Entrance::open, Content::none, show_readiness},
    ApiRoute{"GET", "/metrics", "metrics", Entrance::open, Content::none, show_metrics},
    ApiRoute{"GET", "/log/{path...}", "log_file", Entrance::open, Content::none, show_log_file},
    ApiRoute{"GET", "/open/draws/{path...}", "draw_file", Entrance::open, Content::none, show_published},
    ApiRoute{"GET", "/v/{code}", "verify_document", Entrance::open, Content::none, verify_document},
    ApiRoute{"GET", "/api/v1/openapi.json", "openapi", Entrance::open, Content::none, show_openapi},
    ApiRoute{"POST", "/api/v1/session", "sign_in", Entrance::open, Content::json, sign_in},
    ApiRoute{"GET", "/api/v1/session", "session", Entrance::enrolling, Content::none, show_session},
    ApiRoute{"DELETE", "/api/v1/session", "sign_out", Entrance::enrolling, Content::none, sign_out},
    ApiRoute{"POST", "/api/v1/password", "change_password", Entrance::enrolling, Content::json,
             change_password},
    ApiRoute{"GET", "/api/v1/sessions", "sessions", Entrance::signed_in, Content::none, list_sessions},
    ApiRoute{"DELETE", "/api/v1/sessions/{session}", "revoke_session", Entrance::signed_in, Content::none,
             revoke_session},
    ApiRoute{"GET", "/api/v1/tokens", "tokens", Entrance::signed_in, Content::none, list_tokens},
    ApiRoute{"POST", "/api/v1/tokens", "make_token", Entrance::signed_in, Content::json, make_token},
    ApiRoute{"DELETE", "/api/v1/tokens/{token}", "revoke_token", Entrance::signed_in, Content::none,
             revoke_token},
    ApiRoute{"GET", "/api/v1/second-factor", "second_factor", Entrance::enrolling, Content::none,
             show_second_factor},
    ApiRoute{"POST", "/api/v1/second-factor", "begin_second_factor", Entrance::enrolling, Content::none,
             begin_second_factor},
    ApiRoute{"POST", "/api/v1/second-factor/confirm", "confirm_second_factor", Entrance::enrolling,
             Content::json, confirm_second_factor},
    ApiRoute{"POST", "/api/v1/second-factor/remove", "remove_second_factor", Entrance::signed_in,
             Content::json, remove_second_factor},
    ApiRoute{"GET", "/api/v1/account/{id}/sessions", "sessions_of", Entrance::signed_in, Content::none,
             list_sessions_of},
    ApiRoute{"POST", "/api/v1/account/{id}/sessions/end", "end_sessions_of", Entrance::signed_in,
             Content::json, end_sessions_of},
    ApiRoute{"GET", "/api/v1/account/{id}/tokens", "tokens_of", Entrance::signed_in, Content::none,
             list_tokens_of},
    ApiRoute{"POST", "/api/v1/account/{id}/tokens/revoke", "revoke_tokens_of", Entrance::signed_in,
             Content::json, revoke_tokens_of},
    ApiRoute{"POST", "/api/v1/account/{id}/password", "set_one_time_password", Entrance::signed_in,
             Content::json, set_one_time_password},
    ApiRoute{"POST", "/api/v1/account/{id}/second-factor/remove", "remove_second_factor_of",
             Entrance::signed_in, Content::json, remove_second_factor_of},
    ApiRoute{"POST", "/api/v1/firm/{id}/invitations", "invite", Entrance::signed_in, Content::json,
             invite_firm},
    ApiRoute{"GET", "/api/v1/invitations/{code}", "invitation", Entrance::open, Content::none,
             show_invitation},
    ApiRoute{"POST", "/api/v1/invitations/{code}/accept", "accept_invitation", Entrance::open, Content::json,
             accept_invitation},
    ApiRoute{"GET", "/api/v1/citizens/terms", "terms", Entrance::open, Content::none, show_terms},
    ApiRoute{"POST", "/api/v1/citizens", "sign_up", Entrance::open, Content::json, sign_up_citizen},
    ApiRoute{"GET", "/api/v1/oidc/providers", "providers", Entrance::open, Content::none, list_providers},
    ApiRoute{"GET", "/api/v1/oidc/{provider}/start", "start_oidc", Entrance::open, Content::none, start_oidc},
    ApiRoute{"GET", "/api/v1/oidc/{provider}/callback", "finish_oidc", Entrance::open, Content::none,
             finish_oidc},
    ApiRoute{"POST", "/api/v1/oidc/{provider}/link", "link_identity", Entrance::signed_in, Content::json,
             link_identity},
    ApiRoute{"POST", "/api/v1/second-factor/check", "check_second_factor", Entrance::enrolling, Content::json,
             check_second_factor},
    ApiRoute{"GET", "/api/v1/identities", "identities", Entrance::signed_in, Content::none, list_identities},
    ApiRoute{"DELETE", "/api/v1/identities/{identity}", "unlink_identity", Entrance::signed_in, Content::none,
             unlink_identity},
    ApiRoute{"GET", "/api/v1/account/{id}/identities", "identities_of", Entrance::signed_in, Content::none,
             list_identities_of},
    ApiRoute{"POST", "/api/v1/account/{id}/identities", "link_identity_of", Entrance::signed_in,
             Content::json, link_identity_of},
    ApiRoute{"POST", "/api/v1/account/{id}/identities/unlink", "unlink_identity_of", Entrance::signed_in,
             Content::json, unlink_identity_of},
    ApiRoute{"GET", "/api/v1/meta", "meta", Entrance::signed_in, Content::none, show_meta},
    ApiRoute{"GET", "/api/v1/work", "work", Entrance::signed_in, Content::none, show_work},
    ApiRoute{"GET", "/api/v1/views", "views", Entrance::signed_in, Content::none, list_views},
    ApiRoute{"POST", "/api/v1/views", "save_view", Entrance::signed_in, Content::json, save_view},
    ApiRoute{"PUT", "/api/v1/views/{view}", "change_view", Entrance::signed_in, Content::json, change_view},
    ApiRoute{"DELETE", "/api/v1/views/{view}", "drop_view", Entrance::signed_in, Content::none, drop_view},
    ApiRoute{"GET", "/api/v1/events", "events", Entrance::signed_in, Content::none, stream_events},
    ApiRoute{"GET", "/api/v1/jobs", "jobs", Entrance::signed_in, Content::none, list_jobs},
    ApiRoute{"GET", "/api/v1/jobs/{job}", "job", Entrance::signed_in, Content::none, show_job},
    ApiRoute{"GET", "/api/v1/jobs/{job}/errors", "job_errors", Entrance::signed_in, Content::none,
             show_job_errors},
    ApiRoute{"POST", "/api/v1/jobs/{job}/cancel", "cancel_job", Entrance::signed_in, Content::none,
             cancel_job},
    ApiRoute{"POST", "/api/v1/jobs/{job}/undo", "undo_job", Entrance::signed_in, Content::none, undo_job},
    ApiRoute{"POST", "/api/v1/{register}/import", "import", Entrance::signed_in, Content::import,
             begin_import},
    ApiRoute{"GET", "/api/v1/personal-reads", "personal_reads", Entrance::signed_in, Content::none,
             list_personal_reads},
    ApiRoute{"GET", "/api/v1/{register}/export", "export", Entrance::signed_in, Content::none,
             export_records},
    ApiRoute{"POST", "/api/v1/{register}/bulk", "bulk", Entrance::signed_in, Content::json, act_on_many},
    ApiRoute{"GET", "/api/v1/{register}/{id}/attachments", "attachments", Entrance::signed_in, Content::none,
             list_attachments},
    ApiRoute{"POST", "/api/v1/{register}/{id}/attachments", "attach", Entrance::signed_in, Content::file,
             attach_file},
    ApiRoute{"GET", "/api/v1/{register}/{id}/documents", "documents", Entrance::signed_in, Content::none,
             list_documents},
    ApiRoute{"POST", "/api/v1/{register}/{id}/documents", "issue_document", Entrance::signed_in,
             Content::json, issue_document},
    ApiRoute{"POST", "/api/v1/document/{id}/finish", "finish_document", Entrance::signed_in, Content::none,
             finish_document},
    ApiRoute{"GET", "/api/v1/forms", "forms", Entrance::signed_in, Content::none, list_forms},
    ApiRoute{"GET", "/api/v1/{register}/{id}/content", "content", Entrance::signed_in, Content::none,
             show_content},
    ApiRoute{"GET", "/api/v1/notices", "notices", Entrance::signed_in, Content::none, list_notices},
    ApiRoute{"POST", "/api/v1/notices/read", "mark_notices", Entrance::signed_in, Content::json,
             mark_notices},
    ApiRoute{"GET", "/api/v1/notice-choice", "notice_choice", Entrance::signed_in, Content::none,
             show_choice},
    ApiRoute{"PUT", "/api/v1/notice-choice", "keep_notice_choice", Entrance::signed_in, Content::json,
             keep_choice},
    ApiRoute{"GET", "/api/v1/webhooks", "webhooks", Entrance::signed_in, Content::none, list_webhooks},
    ApiRoute{"POST", "/api/v1/webhooks", "make_webhook", Entrance::signed_in, Content::json, make_webhook},
    ApiRoute{"GET", "/api/v1/webhooks/{webhook}", "webhook", Entrance::signed_in, Content::none,
             show_webhook},
    ApiRoute{"PUT", "/api/v1/webhooks/{webhook}", "change_webhook", Entrance::signed_in, Content::json,
             change_webhook},
    ApiRoute{"DELETE", "/api/v1/webhooks/{webhook}", "remove_webhook", Entrance::signed_in, Content::none,
             remove_webhook},
    ApiRoute{"POST", "/api/v1/webhooks/{webhook}/rotate", "rotate_webhook", Entrance::signed_in,
             Content::none, rotate_webhook},
    ApiRoute{"POST", "/api/v1/webhooks/{webhook}/test", "test_webhook", Entrance::signed_in, Content::none,
             test_webhook},
    ApiRoute{"GET", "/api/v1/deliveries", "deliveries", Entrance::signed_in, Content::none, list_deliveries},
    ApiRoute{"POST", "/api/v1/deliveries/{delivery}/replay", "replay_delivery", Entrance::signed_in,
             Content::none, replay_delivery},
    ApiRoute{"GET", "/api/v1/webhook-targets", "webhook_targets", Entrance::signed_in, Content::none,
             list_targets},
    ApiRoute{"POST", "/api/v1/webhook-targets", "allow_webhook_target", Entrance::signed_in, Content::json,
             allow_target},
    ApiRoute{"DELETE", "/api/v1/webhook-targets", "forbid_webhook_target", Entrance::signed_in, Content::none,
             forbid_target},
    ApiRoute{"GET", "/api/v1/search", "suggest", Entrance::signed_in, Content::none, suggest},
    ApiRoute{"GET", "/api/v1/{register}", "list", Entrance::signed_in, Content::none, list_records},
    ApiRoute{"POST", "/api/v1/{register}", "create", Entrance::signed_in, Content::json, create_record},
    ApiRoute{"GET", "/api/v1/{register}/{id}", "show", Entrance::signed_in, Content::none, show_record},
    ApiRoute{"GET", "/api/v1/{register}/{id}/history", "history", Entrance::signed_in, Content::none,
             show_history},
    ApiRoute{"GET", "/api/v1/{register}/{id}/proof", "proof", Entrance::signed_in, Content::none, show_proof},
    ApiRoute{"GET", "/api/v1/{register}/{id}/actions", "actions", Entrance::signed_in, Content::none,
             show_actions},
    ApiRoute{"POST", "/api/v1/{register}/{id}/{action}", "act", Entrance::signed_in, Content::json,
             act_on_record},
};

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD"; }

// A browser sends the cookie by itself; the token only a page of ours can know.
bool is_forged(Request const& request, Session const& session) {
  return changes_something(request.method) &&
         request.header("x-csrf-token") != std::string_view(session.csrf);
}

// Official acts and files stop before the disk is full, so that what everybody reads and what keeps accounts
// safe (sessions, passwords) goes on, and the log can still be published.
bool needs_room(ApiRoute const& route) {
  static constexpr std::array<std::string_view, 11> growing{
      "accept_invitation", "invite", "sign_up",        "act",     "attach", "bulk", "create",
      "finish_document",   "import", "issue_document", "undo_job"};
  return std::ranges::find(growing, route.operation) != growing.end();
}

constexpr std::array<std::string_view, 8> beside_registers{"events", "session",    "meta",       "jobs",
                                                           "job",    "job_errors", "cancel_job", "undo_job"};

// What of a register a token covers, and little else. Which action a request takes is asked where it is known
// (Context::allowed); what does not ask is closed to tokens of named actions.
bool is_open_to_programs(ApiRoute const& route, Context const& context) {
  static constexpr std::array<std::string_view, 8> asking{
      "create", "act", "bulk", "import", "cancel_job", "undo_job", "attach", "issue_document"};
  auto const& rights = *context.session->rights;
  auto const in_register = context.variables.find("register");
  bool const is_covered =
      in_register == context.variables.end() ? is_for_programs(route) : rights.covers(in_register->second);
  if (!is_covered || !changes_something(context.request.method)) return is_covered;
  if (rights.reads_only) return false;
  return rights.actions.empty() || std::ranges::find(asking, route.operation) != asking.end();
}

// While a session owes something, it is good for giving that and for little else.
std::optional<Refusal> debt_of(Session const& session, ApiRoute const& route) {
  if (route.operation == "session" || route.operation == "sign_out") return {};
  if (session.must_change && route.operation != "change_password")
    return kernel::refuse("password_change_required");
  if (session.owes_code && route.operation != "check_second_factor")
    return kernel::refuse("second_factor_pending");
  return {};
}

bool is_json(Request const& request) {
  auto const type = request.header("content-type");
  return request.body.empty() ||
         (type && (*type == "application/json" || type->starts_with("application/json;")));
}

void harden(Response& response) {
  response.set("x-content-type-options", "nosniff");
  response.set("referrer-policy", "no-referrer");
  // A page brings a policy with its own style; policies add up, so it would forbid what that allows.
  bool const is_page = std::ranges::any_of(response.headers, [](Header const& header) {
    return header.name == "content-security-policy" && header.value.starts_with("default-src");
  });
  if (!is_page) response.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
}

class ApiImpl final : public Api {
 public:
  explicit ApiImpl(kernel::System& system) : system_(system), doors_(system) {}

  Response answer(Request const& request) override {
    auto response = dispatch(request);
    harden(response);
    compress(request, response);
    response.set("x-request-id", request.id);
    return response;
  }

  void note(Served const& served) override { figures_.note(served); }
  void watch(Server const* server) override { figures_.server = server; }

  BodyRule body_rule(Request const& request) const override {
    Variables variables;
    auto const* route = find(request, variables);
    if (route != nullptr && route->content == Content::import) return {limits::import_file_bytes, true};
    if (route != nullptr && route->content == Content::file) return {limits::attachment_bytes, true};
    // Whoever sends something to no known address is told so, not that it is too large.
    return {route != nullptr && route->content == Content::none ? 0 : limits::http_body_bytes, false};
  }

 private:
  // HEAD is answered as GET; the edge leaves the content out.
  static ApiRoute const* find(Request const& request, Variables& variables) {
    std::string_view const method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    for (auto const& route : table)
      if (route.method == method && matches(route.pattern, request.path, variables)) return &route;
    return nullptr;
  }

  static Response nothing_here(Request const& request) {
    std::set<std::string_view> methods;
    Variables ignored;
    for (auto const& route : table)
      if (matches(route.pattern, request.path, ignored)) {
        methods.insert(route.method);
        if (route.method == "GET") methods.insert("HEAD");
      }
    std::string allowed;
    for (auto const method : methods) allowed += (allowed.empty() ? "" : ", ") + std::string(method);
    auto response = problem_of(kernel::refuse("not_found"), request);
    if (allowed.empty()) return response;
    response = problem_of(kernel::refuse("method_not_allowed", "", request.method), request);
    response.set("allow", allowed);
    return response;
  }

  Response dispatch(Request const& request) {
    Context context{system_, doors_, request, {}, jobs_, feed_, exporting_, office_, figures_, {}};
    auto const* route = find(request, context.variables);
    if (route == nullptr) return nothing_here(request);
    auto response = pass(*route, context);
    response.route = route->pattern;
    if (context.session) response.account = to_string(context.session->account);
    return response;
  }

  Response pass(ApiRoute const& route, Context& context) {
    if (route.entrance != Entrance::open)
      if (auto refused = let_in(route, context)) return *std::move(refused);
    if (route.content == Content::json && !is_json(context.request))
      return context.refused(kernel::refuse("wrong_media_type", "", "application/json"));
    if (needs_room(route) && kernel::is_disk_low(system_.folder()))
      return context.refused(kernel::refuse("storage_full"));
    return route.answer(context);
  }

  // A program's token, else a browser's session. What is refused, or nothing.
  std::optional<Response> let_in(ApiRoute const& route, Context& context) {
    auto const& request = context.request;
    if (auto const given = request.header("authorization")) {
      context.session = doors_.program(*given);
      if (!context.session) return context.refused(kernel::refuse("not_signed_in"));
      if (!is_for_programs(route)) return context.refused(kernel::refuse("not_for_tokens"));
      if (!is_open_to_programs(route, context)) return context.refused(kernel::refuse("token_too_narrow"));
    } else {
      context.session = doors_.sessions.find(session_token(request));
      if (!context.session) return context.refused(kernel::refuse("not_signed_in"));
      if (is_forged(request, *context.session)) return context.refused(kernel::refuse("csrf"));
    }
    if (auto const debt = debt_of(*context.session, route)) return context.refused(*debt);
    if (route.entrance != Entrance::enrolling && doors_.is_factor_missing(*context.session))
      return context.refused(kernel::refuse("second_factor_missing"));
    return {};
  }

  kernel::System& system_;
  Doors doors_;
  std::atomic<int> exporting_{0};
  kernel::DocumentOffice office_{system_};
  Figures figures_;
  Jobs jobs_{system_};
  Feed feed_{system_};
};

}  // namespace

Result<void> Context::allowed(std::string_view register_name, std::string_view action) const {
  if (!session->rights || session->rights->allows(register_name, action)) return {};
  return kernel::refuse("token_too_narrow", "", std::string(register_name) + '.' + std::string(action));
}

std::span<ApiRoute const> api_routes() { return table; }

bool is_for_programs(ApiRoute const& route) {
  return route.pattern.find("{register}") != std::string_view::npos ||
         std::ranges::find(beside_registers, route.operation) != beside_registers.end();
}

std::unique_ptr<Api> Api::make(kernel::System& system) { return std::make_unique<ApiImpl>(system); }

}  // namespace plumbline::http
