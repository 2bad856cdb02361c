// The table of everything the server answers, and the way of one request through it.
#include "http/api.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "compress.hpp"
#include "context.hpp"
#include "kernel/act.hpp"
#include "routes.hpp"

namespace plumbline::http {
namespace {

constexpr std::array table{
    // method, pattern, operation, entrance, content, answer
    ApiRoute{"GET", "/healthz", "health", Entrance::open, Content::none, show_health},
    ApiRoute{"GET", "/readyz", "readiness", Entrance::open, Content::none, show_readiness},
    ApiRoute{"GET", "/log/{path...}", "log_file", Entrance::open, Content::none, show_log_file},
    ApiRoute{"GET", "/open/draws/{path...}", "draw_file", Entrance::open, Content::none, show_published},
    ApiRoute{"GET", "/api/v1/openapi.json", "openapi", Entrance::open, Content::none, show_openapi},
    ApiRoute{"POST", "/api/v1/session", "sign_in", Entrance::open, Content::json, sign_in},
    ApiRoute{"GET", "/api/v1/session", "session", Entrance::signed_in, Content::none, show_session},
    ApiRoute{"DELETE", "/api/v1/session", "sign_out", Entrance::signed_in, Content::none, sign_out},
    ApiRoute{"GET", "/api/v1/meta", "meta", Entrance::signed_in, Content::none, show_meta},
    ApiRoute{"GET", "/api/v1/{register}", "list", Entrance::signed_in, Content::none, list_records},
    ApiRoute{"POST", "/api/v1/{register}", "create", Entrance::signed_in, Content::json, create_record},
    ApiRoute{"GET", "/api/v1/{register}/{id}", "show", Entrance::signed_in, Content::none, show_record},
    ApiRoute{"GET", "/api/v1/{register}/{id}/history", "history", Entrance::signed_in, Content::none,
             show_history},
    ApiRoute{"GET", "/api/v1/{register}/{id}/proof", "proof", Entrance::signed_in, Content::none, show_proof},
    ApiRoute{"POST", "/api/v1/{register}/{id}/{action}", "act", Entrance::signed_in, Content::json,
             act_on_record},
};

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD"; }

// A browser sends the cookie by itself; the token only a page of ours can know.
bool is_forged(Request const& request, Session const& session) {
  return changes_something(request.method) &&
         request.header("x-csrf-token") != std::string_view(session.csrf);
}

bool is_json(Request const& request) {
  auto const type = request.header("content-type");
  return request.body.empty() ||
         (type && (*type == "application/json" || type->starts_with("application/json;")));
}

void harden(Response& response) {
  response.set("x-content-type-options", "nosniff");
  response.set("referrer-policy", "no-referrer");
  response.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
}

class ApiImpl final : public Api {
 public:
  explicit ApiImpl(kernel::System& system) : system_(system), sessions_(system) {}

  Response answer(Request const& request) override {
    auto response = dispatch(request);
    harden(response);
    compress(request, response);
    response.set("x-request-id", request.id);
    return response;
  }

  BodyRule body_rule(Request const& request) const override {
    Variables variables;
    auto const* route = find(request, variables);
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
    std::string allowed;
    Variables ignored;
    for (auto const& route : table)
      if (matches(route.pattern, request.path, ignored)) {
        allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
        if (route.method == "GET") allowed += ", HEAD";
      }
    auto response = problem_of(kernel::refuse("not_found"), request);
    if (allowed.empty()) return response;
    response = problem_of(kernel::refuse("method_not_allowed", "", request.method), request);
    response.set("allow", allowed);
    return response;
  }

  Response dispatch(Request const& request) {
    Context context{system_, sessions_, request, {}, {}};
    auto const* route = find(request, context.variables);
    if (route == nullptr) return nothing_here(request);
    if (route->entrance == Entrance::signed_in) {
      auto const token = request.cookie(session_cookie(request));
      if (token) context.session = sessions_.find(*token);
      if (!context.session) return context.refused(kernel::refuse("not_signed_in"));
      if (is_forged(request, *context.session)) return context.refused(kernel::refuse("csrf"));
    }
    if (route->content == Content::json && !is_json(request))
      return context.refused(kernel::refuse("wrong_media_type", "", "application/json"));
    return route->answer(context);
  }

  kernel::System& system_;
  Sessions sessions_;
};

}  // namespace

std::span<ApiRoute const> api_routes() { return table; }

std::unique_ptr<Api> Api::make(kernel::System& system) { return std::make_unique<ApiImpl>(system); }

}  // namespace plumbline::http
