// OpenAPI 3.1 of all of it, from the same tables that answer.
#include <algorithm>

#include "base/limits.hpp"
#include "context.hpp"
#include "kernel/messages.hpp"
#include "labels.hpp"
#include "openapi_parts.hpp"
#include "reflect/codec.hpp"
#include "routes.hpp"

namespace plumbline::http {
namespace {

enum class Reader : std::uint8_t { caller, answer };

// Types that a schema brings along move to the document's components. What is answered may be masked and may
// be older than today's rules: of those only kinds are promised.
class Components {
 public:
  Json add(Json const& schema, Reader reader) {
    if (auto const* types = schema.find("$defs"))
      for (auto const& [name, type] : *types->as_object()) keep(name, type, reader);
    return moved(schema, reader);
  }

  void set(std::string const& name, Json schema) { schemas_.set(name, std::move(schema)); }
  Json take() { return std::move(schemas_); }

 private:
  static std::string name_for(std::string const& name, Reader reader) {
    return reader == Reader::caller ? name : name + "_answer";
  }

  void keep(std::string const& name, Json const& type, Reader reader) {
    auto const own = name_for(name, reader);
    if (schemas_.find(own) == nullptr) schemas_.set(own, moved(type, reader));
  }

  static bool is_promise(std::string const& name) {
    static constexpr std::string_view promises[] = {"required", "pattern",   "format",    "minimum",
                                                    "maximum",  "minLength", "maxLength", "minItems",
                                                    "maxItems", "enum",      "const",     "uniqueItems"};
    return std::ranges::find(promises, name) != std::end(promises);
  }

  static Json moved(Json const& value, Reader reader, bool inside_properties = false) {
    if (auto const* list = value.as_array()) {
      Json::Array out;
      for (auto const& item : *list) out.push_back(moved(item, reader));
      return out;
    }
    auto const* object = value.as_object();
    if (object == nullptr) return value;
    Json::Object out;
    for (auto const& [name, member] : *object) {
      if (!inside_properties && (name == "$defs" || name == "$schema" || name == "$id")) continue;
      if (!inside_properties && reader == Reader::answer &&
          (is_promise(name) || name == "additionalProperties"))
        continue;
      auto const* text = member.as_text();
      if (!inside_properties && name == "$ref" && text != nullptr && text->starts_with("#/$defs/"))
        out.emplace_back(name, "#/components/schemas/" + name_for(text->substr(8), reader));
      else
        out.emplace_back(name, moved(member, reader, !inside_properties && name == "properties"));
    }
    return out;
  }

  Json schemas_{Json::Object{}};
};

class Document {
 public:
  explicit Document(kernel::Catalogue const& catalogue) : catalogue_(catalogue) {}

  Json make() {
    common_schemas();
    for (auto const& reg : catalogue_.registers()) add_register(reg);
    Json document;
    document.set("openapi", "3.1.0");
    Json info;
    info.set("title", "Plumbline 准绳");
    info.set("version", "1");
    info.set("description",
             "Registers of a city's quality supervision. Every write is an act in a public log.");
    document.set("info", std::move(info));
    session_paths();
    finding_schemas();
    document.set("paths", std::move(paths_));
    Json components;
    components.set("schemas", components_.take());
    Json cookie;
    cookie.set("type", "apiKey");
    cookie.set("in", "cookie");
    cookie.set("name", "__Host-plumbline");
    Json schemes;
    schemes.set("session", std::move(cookie));
    Json bearer;
    bearer.set("type", "http");
    bearer.set("scheme", "bearer");
    schemes.set("token", std::move(bearer));
    components.set("securitySchemes", std::move(schemes));
    document.set("components", std::move(components));
    Json session;
    session.set("session", Json::Array{});
    Json token;
    token.set("token", Json::Array{});
    document.set("security", Json::Array{std::move(session), std::move(token)});
    return document;
  }

 private:
  void common_schemas() {
    Json::Object problem_row{{"path", of_type("string")},
                             {"code", of_type("string")},
                             {"message", of_type("string")},
                             {"detail", of_type("string")}};
    Json::Object problem{{"type", of_type("string")},
                         {"title", of_type("string")},
                         {"status", of_type("integer")},
                         {"code", of_type("string")},
                         {"detail", of_type("string")},
                         {"instance", of_type("string")},
                         {"problems", list_of(object_of(std::move(problem_row), {"path", "code"}))}};
    components_.set("problem", object_of(std::move(problem), {"status", "code", "title"}));
    Json::Object receipt{{"id", uuid_schema()},
                         {"version", of_type("integer")},
                         {"entry", of_type("integer")},
                         {"state", of_type("string")},
                         {"repeated", of_type("boolean")}};
    components_.set("receipt", object_of(std::move(receipt), {"id", "version", "entry", "state"}));
    Json::Object change{
        {"path", of_type("string")}, {"before", of_type("string")}, {"after", of_type("string")}};
    Json::Object step{{"version", of_type("integer")},
                      {"entry", of_type("integer")},
                      {"action", of_type("string")},
                      {"account", of_type("string")},
                      {"at", of_type("string")},
                      {"state", of_type("string")},
                      {"changes", list_of(object_of(std::move(change), {"path"}))}};
    components_.set(
        "history",
        object_of({{"items", list_of(object_of(std::move(step), {"version", "entry"}))}}, {"items"}));
    Json::Object proof{{"entry", of_type("integer")},
                       {"leaf", of_type("string")},
                       {"vkey", of_type("string")},
                       {"proof", of_type("string")},
                       {"checkpoint_size", of_type("integer")}};
    components_.set("proof", object_of(std::move(proof), {"entry", "leaf", "vkey"}));
    Json::Object session{{"account", uuid_schema()},
                         {"csrf", of_type("string")},
                         {"grants", list_of(of_type("object"))},
                         {"second_factor_missing", of_type("boolean")},
                         {"password_change_required", of_type("boolean")},
                         {"second_factor_required", of_type("boolean")}};
    components_.set("session", object_of(std::move(session), {"account", "csrf", "grants"}));
    Json::Object credentials{
        {"login", of_type("string")}, {"password", of_type("string")}, {"code", of_type("string")}};
    components_.set("credentials", object_of(std::move(credentials), {"login", "password"}));
  }

  void operation(std::string const& path, std::string_view method, std::string const& id, Json parameters,
                 std::optional<Json> body, Json answers) {
    Json document;
    document.set("operationId", id);
    document.set("summary", summary_of(id));
    document.set("tags", Json::Array{area_of(path)});
    if (auto const security = security_of(path, method)) document.set("security", *security);
    document.set("parameters", described(std::move(parameters)));
    if (body) {
      Json request;
      request.set("content", content_of("application/json", *std::move(body)));
      document.set("requestBody", std::move(request));
    }
    document.set("responses", std::move(answers));
    Json* at_path = nullptr;
    for (auto& [known, item] : *paths_.as_object())
      if (known == path) at_path = &item;
    if (at_path == nullptr) {
      paths_.set(path, Json(Json::Object{}));
      at_path = &paths_.as_object()->back().second;
    }
    at_path->set(method, std::move(document));
  }

  // "企业：列表 / firm: list"
  std::string summary_of(std::string const& id) const {
    std::string words;
    for (auto const language : {kernel::Language::chinese, kernel::Language::english}) {
      bool const is_chinese = language == kernel::Language::chinese;
      if (!is_chinese) words += " / ";
      if (register_ == nullptr || !id.starts_with(register_->name)) {
        words += kernel::label("operation", "", id, language);
        continue;
      }
      auto const what = std::string_view(id).substr(register_->name.size() + 1);
      words += kernel::label("register", "", register_->name, language) + (is_chinese ? "：" : ": ");
      words += what.starts_with("act_") ? kernel::label("action", register_->name, what.substr(4), language)
                                        : kernel::label("operation", "", what, language);
    }
    return words;
  }

  static std::string in_both(std::string_view kind, std::string_view name) {
    return kernel::label(kind, "", name, kernel::Language::chinese) + " / " +
           kernel::label(kind, "", name, kernel::Language::english);
  }
  static Json described(Json parameters) {
    for (auto& one : *parameters.as_array())
      one.set("description", in_both("parameter", *one.find("name")->as_text()));
    return parameters;
  }

  // The first word of its path.
  static std::string area_of(std::string const& path) {
    std::string_view rest(path);
    if (rest.starts_with(root)) rest.remove_prefix(root.size());
    rest.remove_prefix(rest.starts_with('/') ? 1 : 0);
    return std::string(rest.substr(0, rest.find('/')));
  }

  // "GET" as the routes have it, "get" as the document does.
  static bool is_same_method(std::string_view route, std::string_view described) {
    return std::ranges::equal(route, described, {}, {},
                              [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  }
  // Nothing where the document's own rule holds: a session or a token.
  static std::optional<Json> security_of(std::string const& path, std::string_view method) {
    for (auto const& route : api_routes()) {
      Variables ignored;
      if (!is_same_method(route.method, method) || !matches(route.pattern, path, ignored)) continue;
      if (route.entrance == Entrance::open) return Json(Json::Array{});
      if (is_for_programs(route)) return {};
      Json session;
      session.set("session", Json::Array{});
      return Json(Json::Array{std::move(session)});
    }
    throw std::logic_error("no route answers " + path);
  }

  void session_paths() {
    auto const signed_in = [] { return answer("who is signed in", reference("session")); };
    operation("/api/v1/session", "post", "sign_in", Json::Array{}, reference("credentials"),
              with(problem_answers({400, 401, 413, 415, 422, 429, 503}), "201", signed_in()));
    operation("/api/v1/session", "get", "session", Json::Array{}, {},
              with(problem_answers({401}), "200", signed_in()));
    Json gone;
    gone.set("description", "signed out");
    operation("/api/v1/session", "delete", "sign_out", Json::Array{}, {},
              with(problem_answers({401, 403}), "204", std::move(gone)));
    account_paths();
    file_paths();
    work_paths();
    view_paths();
    document_paths();
    operation(
        "/api/v1/meta", "get", "meta", Json::Array{}, {},
        with(problem_answers({401}), "200", answer("registers, states, steps, schemas", of_type("object"))));
  }

  void account_paths() {
    auto const text = [] { return of_type("string"); };
    auto const refusals = [] { return problem_answers({400, 401, 403, 404, 413, 415, 422, 429, 503}); };
    operation("/api/v1/password", "post", "change_password", forgery_guard(),
              object_of({{"present", text()}, {"wanted", text()}}, {"present", "wanted"}),
              with(refusals(), "204", empty_answer("changed; every session of the account has ended")));
    operation("/api/v1/sessions", "get", "sessions", Json::Array{}, {},
              with(problem_answers({401, 403}), "200", answer("own sessions", sessions_page())));
    Json one = forgery_guard();
    one.push(parameter("session", "path", true, text()));
    operation("/api/v1/sessions/{session}", "delete", "revoke_session", std::move(one), {},
              with(problem_answers({401, 403, 404}), "204", empty_answer("ended")));
    operation("/api/v1/tokens", "get", "tokens", Json::Array{}, {},
              with(problem_answers({401, 403}), "200", answer("own tokens", tokens_page())));
    Json::Object wish{{"name", text()},
                      {"days", of_type("integer")},
                      {"registers", list_of(text())},
                      {"actions", list_of(text())},
                      {"writes", of_type("boolean")},
                      {"password", text()},
                      {"code", text()}};
    operation("/api/v1/tokens", "post", "make_token", forgery_guard(),
              object_of(std::move(wish), {"name", "days", "password"}),
              with(refusals(), "201",
                   answer("the token, told once",
                          object_of({{"id", text()}, {"token", text()}, {"expires_at", text()}},
                                    {"id", "token", "expires_at"}))));
    Json which = forgery_guard();
    which.push(parameter("token", "path", true, text()));
    operation("/api/v1/tokens/{token}", "delete", "revoke_token", std::move(which), {},
              with(problem_answers({401, 403, 404}), "204", empty_answer("revoked")));
    factor_paths();
  }

  // A table or a file: no schema says more than the media type.
  static Json content_answer(std::string_view what, std::vector<std::string_view> const& media_types) {
    Json content{Json::Object{}};
    for (auto const media_type : media_types) content.set(media_type, Json(Json::Object{}));
    Json document;
    document.set("description", what);
    document.set("content", std::move(content));
    return document;
  }

  void add_files(std::string const& base, std::string const& name) {
    auto const text = [] { return of_type("string"); };
    auto const id = [] { return parameter("id", "path", true, uuid_schema()); };
    Json::Array wish = listing_parameters();
    for (auto const* name_of : {"columns", "format", "words"})
      wish.push_back(parameter(name_of, "query", false, text()));
    operation(base + "/export", "get", name + "_export", std::move(wish), {},
              with(problem_answers({400, 401, 403, 422, 503}), "200",
                   content_answer(
                       "the list as a table",
                       {"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})));
    Json::Object result{{"id", uuid_schema()},
                        {"status", of_type("integer")},
                        {"receipt", reference("receipt")},
                        {"problem", reference("problem")}};
    Json::Object results{{"done", of_type("integer")},
                         {"refused", of_type("integer")},
                         {"results", list_of(object_of(std::move(result), {"id", "status"}))}};
    Json::Object item{{"id", uuid_schema()}, {"version", of_type("integer")}, {"payload", of_type("object")}};
    Json items = list_of(object_of(std::move(item), {"id"}));
    items.set("maxItems", static_cast<std::int64_t>(limits::bulk_records));
    operation(base + "/bulk", "post", name + "_bulk", write_headers({}),
              object_of({{"action", text()}, {"items", std::move(items)}, {"payload", of_type("object")}},
                        {"action", "items"}),
              with(problem_answers({400, 401, 403, 404, 413, 415, 422, 503, 507}), "200",
                   answer("one result for each item",
                          object_of(std::move(results), {"done", "refused", "results"}))));
    add_list_of_record(base + "/{id}/attachments", name + "_attachments", "attachment", "its files");
    Json::Object kept{{"id", uuid_schema()},
                      {"sha256", text()},
                      {"bytes", of_type("integer")},
                      {"media_type", text()},
                      {"file_name", text()}};
    auto const taken = [&] {
      return answer("kept under this digest",
                    object_of(kept, {"id", "sha256", "bytes", "media_type", "file_name"}));
    };
    operation(base + "/{id}/attachments", "post", name + "_attach",
              write_headers({id(), parameter("name", "query", true, text()),
                             parameter("taken_at", "query", false, text())}),
              {},
              with(with(problem_answers({400, 401, 403, 404, 409, 413, 415, 422, 503, 507}), "200", taken()),
                   "201", taken()));
  }

  void file_paths() {
    auto const text = [] { return of_type("string"); };
    operation("/api/v1/attachment/{id}/content", "get", "attachment_content",
              Json::Array{parameter("id", "path", true, uuid_schema()),
                          parameter("Range", "header", false, text())},
              {},
              with(with(problem_answers({401, 403, 404, 416}), "200", content_answer("the file", {"*/*"})),
                   "206", content_answer("a part of it", {"*/*"})));
    Json::Object read{{"at", text()},       {"request", text()}, {"account", uuid_schema()},
                      {"register", text()}, {"what", text()},    {"records", text()}};
    Json next{Json::Object{}};
    next.set("type", Json::Array{"string", "null"});
    operation("/api/v1/personal-reads", "get", "personal_reads",
              Json::Array{parameter("cursor", "query", false, text())}, {},
              with(problem_answers({400, 401, 403}), "200",
                   answer("who saw personal data unmasked, latest first",
                          object_of({{"items", list_of(object_of(std::move(read),
                                                                 {"at", "account", "register", "what"}))},
                                     {"next", std::move(next)}},
                                    {"items", "next"}))));
  }

  static Json document_receipt() {
    return object_of({{"id", uuid_schema()},
                      {"version", of_type("integer")},
                      {"entry", of_type("integer")},
                      {"state", of_type("string")},
                      {"repeated", of_type("boolean")},
                      {"number", of_type("string")},
                      {"code", of_type("string")},
                      {"pages", of_type("integer")}},
                     {"id", "version", "entry", "state", "number", "code", "pages"});
  }

  void add_documents(std::string const& base, std::string const& name) {
    auto const id = [] { return parameter("id", "path", true, uuid_schema()); };
    add_list_of_record(base + "/{id}/documents", name + "_documents", "document",
                       "official documents made from the record");
    Json wish = object_of(
        {{"form", of_type("string")}, {"written", of_type("object")}, {"supersedes", uuid_schema()}},
        {"form"});
    Json issue = forgery_guard();
    issue.push(id());
    issue.push(parameter("Idempotency-Key", "header", false, of_type("string")));
    auto const refusals = problem_answers({400, 401, 403, 404, 409, 412, 413, 415, 422, 503, 507});
    operation(base + "/{id}/documents", "post", name + "_issue_document", std::move(issue), std::move(wish),
              with(with(refusals, "200", answer("repeated", document_receipt())), "201",
                   answer("issued", document_receipt())));
  }

  void document_paths() {
    auto const text = [] { return of_type("string"); };
    auto const id = [] { return parameter("id", "path", true, uuid_schema()); };
    operation("/api/v1/document/{id}/content", "get", "document_content",
              Json::Array{id(), parameter("Range", "header", false, text())}, {},
              with(with(problem_answers({401, 403, 404, 416, 503}), "200",
                        content_answer("as it was issued", {"application/pdf"})),
                   "206", content_answer("a part of it", {"application/pdf"})));
    Json finish = forgery_guard();
    finish.push(id());
    operation("/api/v1/document/{id}/finish", "post", "finish_document", std::move(finish), {},
              with(with(problem_answers({400, 401, 403, 404, 409, 412, 413, 422, 503, 507}), "200",
                        answer("was issued already", document_receipt())),
                   "201", answer("issued", document_receipt())));
    Json written = object_of({{"name", text()}, {"label", text()}, {"required", of_type("boolean")}},
                             {"name", "label", "required"});
    Json::Object form{{"form", text()},
                      {"edition", text()},
                      {"title", text()},
                      {"title_en", text()},
                      {"register", text()},
                      {"legal_basis", text()},
                      {"effective_from", text()},
                      {"verified", of_type("boolean")},
                      {"written", list_of(std::move(written))}};
    operation("/api/v1/forms", "get", "forms", Json::Array{parameter("register", "query", false, text())}, {},
              with(problem_answers({400, 401, 403}), "200",
                   answer("forms in force today",
                          object_of({{"items", list_of(object_of(std::move(form), {"form", "edition", "title",
                                                                                   "register", "written"}))}},
                                    {"items"}))));
    Json::Object verified{{"code", text()},      {"status", text()},           {"title", text()},
                          {"title_en", text()},  {"authority", text()},        {"number", text()},
                          {"issued_on", text()}, {"ended_on", text()},         {"pages", of_type("integer")},
                          {"sha256", text()},    {"entry", of_type("integer")}};
    Json found = answer("valid, superseded or withdrawn",
                        object_of(std::move(verified), {"code", "status", "title", "number", "issued_on"}));
    Json none = problem_answers({404});
    auto const add_page = [](Json& told) {
      for (auto& [member, content] : *told.as_object())
        if (member == "content") content.set("text/html", Json(Json::Object{}));
    };
    add_page(found);
    add_page(none.as_object()->front().second);
    operation(
        "/v/{code}", "get", "verify_document",
        Json::Array{parameter("code", "path", true, text()), parameter("Accept", "header", false, text())},
        {}, with(std::move(none), "200", std::move(found)));
  }

  void work_paths() {
    auto const text = [] { return of_type("string"); };
    auto const whole = [] { return of_type("integer"); };
    auto const nullable = [] {
      Json schema{Json::Object{}};
      schema.set("type", Json::Array{"string", "null"});
      return schema;
    };
    Json::Object item{{"register", text()},
                      {"id", uuid_schema()},
                      {"version", whole()},
                      {"state", text()},
                      {"title", text()},
                      {"rule", text()},
                      {"due_on", text()},
                      {"days_left", whole()},
                      {"article", text()},
                      {"rule_label", object_of({{"zh-CN", text()}, {"en", text()}}, {"zh-CN", "en"})}};
    Json::Object page{
        {"items",
         list_of(object_of(std::move(item), {"register", "id", "state", "rule", "due_on", "days_left"}))},
        {"next", nullable()},
        {"counts", of_type("object")}};
    Json whose = of_type("string");
    whose.set("enum", Json::Array{"mine", "team"});
    operation(
        "/api/v1/work", "get", "work",
        Json::Array{parameter("whose", "query", false, std::move(whose)),
                    parameter("until", "query", false, text()), parameter("limit", "query", false, whole()),
                    parameter("cursor", "query", false, text()), parameter("counts", "query", false, text())},
        {},
        with(problem_answers({400, 401, 403}), "200",
             answer("what is due, the earliest first", object_of(std::move(page), {"items", "next"}))));
    operation("/api/v1/events", "get", "events",
              Json::Array{parameter("register", "query", false, list_of(text())),
                          parameter("Last-Event-ID", "header", false, text())},
              {},
              with(problem_answers({400, 401, 403, 404, 503}), "200",
                   content_answer("server-sent events: hello, change {register, id, version, entry}, reset",
                                  {"text/event-stream"})));
    Json::Object job{{"id", uuid_schema()}, {"kind", text()},         {"register", text()},
                     {"file_name", text()}, {"state", text()},        {"rows_done", whole()},
                     {"made_at", text()},   {"ended_at", nullable()}, {"report", of_type("object")}};
    components_.set("job",
                    object_of(std::move(job), {"id", "kind", "state", "rows_done", "made_at", "ended_at"}));
    operation(
        "/api/v1/jobs", "get", "jobs", Json::Array{}, {},
        with(problem_answers({401, 403}), "200",
             answer("own jobs, latest first", object_of({{"items", list_of(reference("job"))}}, {"items"}))));
    auto const id = [] { return parameter("job", "path", true, uuid_schema()); };
    operation("/api/v1/jobs/{job}", "get", "job", Json::Array{id()}, {},
              with(problem_answers({401, 403, 404}), "200", answer("how far it is", reference("job"))));
    operation(
        "/api/v1/jobs/{job}/errors", "get", "job_errors", Json::Array{id()}, {},
        with(with(problem_answers({401, 403, 404, 416}), "206", content_answer("a part of it", {"*/*"})),
             "200",
             content_answer(
                 "refused rows with reasons",
                 {"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})));
    Json cancel = forgery_guard();
    cancel.push(id());
    operation("/api/v1/jobs/{job}/cancel", "post", "cancel_job", std::move(cancel), {},
              with(problem_answers({400, 401, 403, 404, 409, 413, 503}), "202",
                   answer("it ends between two rows", object_of({{"id", uuid_schema()}}, {"id"}))));
    Json undo = forgery_guard();
    undo.push(id());
    operation("/api/v1/jobs/{job}/undo", "post", "undo_job", std::move(undo), {},
              with(problem_answers({400, 401, 403, 404, 409, 413, 503, 507}), "202",
                   answer("a job of its own", object_of({{"id", uuid_schema()}}, {"id"}))));
  }

  void view_paths() {
    auto const text = [] { return of_type("string"); };
    Json next{Json::Object{}};
    next.set("type", Json::Array{"string", "null"});
    auto const members = [&] {
      return Json::Object{{"register", text()},
                          {"name", text()},
                          {"query", text()},
                          {"columns", list_of(text())},
                          {"shared", of_type("boolean")}};
    };
    auto shown = members();
    shown.emplace_back("id", uuid_schema());
    shown.emplace_back("own", of_type("boolean"));
    shown.emplace_back("made_at", text());
    components_.set("saved_view", object_of(members(), {"register", "name"}));
    components_.set("saved_view_answer",
                    object_of(std::move(shown),
                              {"id", "register", "name", "query", "columns", "shared", "own", "made_at"}));
    operation(
        "/api/v1/views", "get", "views",
        Json::Array{parameter("register", "query", true, text()),
                    parameter("cursor", "query", false, text())},
        {},
        with(problem_answers({400, 401, 403, 404, 422}), "200",
             answer("own views and those that others share",
                    object_of({{"items", list_of(reference("saved_view_answer"))}, {"next", std::move(next)}},
                              {"items", "next"}))));
    auto const refusals = [] { return problem_answers({400, 401, 403, 404, 413, 415, 422, 503}); };
    operation("/api/v1/views", "post", "save_view", forgery_guard(), reference("saved_view"),
              with(refusals(), "201", answer("kept", object_of({{"id", uuid_schema()}}, {"id"}))));
    auto const one = [] {
      Json parameters = forgery_guard();
      parameters.push(parameter("view", "path", true, uuid_schema()));
      return parameters;
    };
    operation("/api/v1/views/{view}", "put", "change_view", one(), reference("saved_view"),
              with(refusals(), "204", empty_answer("changed")));
    operation("/api/v1/views/{view}", "delete", "drop_view", one(), {},
              with(refusals(), "204", empty_answer("dropped")));
  }

  void add_import(std::string const& base, std::string const& name) {
    auto const text = [] { return of_type("string"); };
    Json wish = forgery_guard();
    wish.push(parameter("name", "query", true, text()));
    wish.push(parameter("dry_run", "query", false, text()));
    wish.push(parameter("map", "query", false, text()));
    operation(base + "/import", "post", name + "_import", std::move(wish), {},
              with(problem_answers({400, 401, 403, 404, 413, 422, 503, 507}), "202",
                   answer("a job", object_of({{"id", uuid_schema()}}, {"id"}))));
  }

  void factor_paths() {
    auto const text = [] { return of_type("string"); };
    auto const refusals = [] { return problem_answers({400, 401, 403, 404, 413, 415, 422, 429, 503}); };
    operation("/api/v1/second-factor", "get", "second_factor", Json::Array{}, {},
              with(problem_answers({401, 403}), "200",
                   answer("whether there is one and whether there must be",
                          object_of({{"confirmed", of_type("boolean")}, {"missing", of_type("boolean")}},
                                    {"confirmed", "missing"}))));
    operation("/api/v1/second-factor", "post", "begin_second_factor", forgery_guard(), {},
              with(refusals(), "201",
                   answer("a secret to confirm",
                          object_of({{"secret", text()}, {"uri", text()}}, {"secret", "uri"}))));
    operation("/api/v1/second-factor/confirm", "post", "confirm_second_factor", forgery_guard(),
              object_of({{"code", text()}}, {"code"}),
              with(refusals(), "200",
                   answer("in force; codes told once",
                          object_of({{"recovery_codes", list_of(text())}}, {"recovery_codes"}))));
    operation("/api/v1/second-factor/remove", "post", "remove_second_factor", forgery_guard(),
              object_of({{"password", text()}}, {"password"}),
              with(refusals(), "204", empty_answer("removed")));
    AddOperation const add = [this](std::string const& path, std::string_view method, std::string const& id,
                                    Json parameters, std::optional<Json> body, Json answers) {
      operation(path, method, id, std::move(parameters), std::move(body), std::move(answers));
    };
    add_identity_paths(add);
    add_notice_paths(add);
  }

  void finding_schemas() {
    Json::Object hit{{"register", of_type("string")},
                     {"id", uuid_schema()},
                     {"title", of_type("string")},
                     {"state", of_type("string")}};
    auto hits = list_of(object_of(std::move(hit), {"register", "id", "title", "state"}));
    components_.set("suggestions", object_of({{"items", std::move(hits)}}, {"items"}));
    Json::Object action{{"action", of_type("string")},  {"may", of_type("boolean")},
                        {"payload", of_type("string")}, {"code", of_type("string")},
                        {"message", of_type("string")}, {"detail", of_type("string")}};
    Json::Object actions{{"version", of_type("integer")},
                         {"state", of_type("string")},
                         {"items", list_of(object_of(std::move(action), {"action", "may"}))}};
    components_.set("actions", object_of(std::move(actions), {"version", "state", "items"}));
    operation("/api/v1/search", "get", "suggest",
              Json::Array{parameter("q", "query", true, of_type("string")),
                          parameter("register", "query", false, of_type("string"))},
              {},
              with(problem_answers({400, 401, 403, 404, 422}), "200",
                   answer("records by their names", reference("suggestions"))));
  }

  static Json unchanged() {
    Json document;
    document.set("description", "what If-None-Match names is still what would be sent");
    return document;
  }

  static Json write_headers(Json::Array parameters) {
    parameters.push_back(parameter("Idempotency-Key", "header", false, of_type("string")));
    parameters.push_back(parameter("If-Match", "header", false, of_type("string")));
    parameters.push_back(parameter("X-CSRF-Token", "header", false, of_type("string")));
    return parameters;
  }

  void add_register(kernel::Register const& reg) {
    std::string const name(reg.name);
    std::string const base = "/api/v1/" + name;
    Json record =
        components_.add(with_labels(reflect::json_schema(*reg.type), reg.type->name), Reader::answer);
    Json::Object members{{"id", uuid_schema()},
                         {"version", of_type("integer")},
                         {"state", of_type("string")},
                         {"entry", of_type("integer")},
                         {"updated_at", of_type("string")},
                         {"scopes", list_of(of_type("string"))},
                         {"clocks", list_of(of_type("object"))}};
    if (auto const* fields = record.find("properties"); fields != nullptr && fields->as_object() != nullptr)
      for (auto const& [field, schema] : *fields->as_object()) members.emplace_back(field, schema);
    components_.set(name + "_record",
                    object_of(std::move(members), {"id", "version", "state", "entry", "updated_at"}));
    Json next = Json(Json::Object{});
    next.set("type", Json::Array{"string", "null"});
    components_.set(name + "_page", object_of({{"items", list_of(reference(name + "_record"))},
                                               {"next", std::move(next)},
                                               {"total", of_type("integer")},
                                               {"total_is_capped", of_type("boolean")}},
                                              {"items", "next"}));
    register_ = &reg;
    add_reads(base, name);
    add_acts(reg, base, name);
    add_files(base, name);
    add_documents(base, name);
    if (reg.importable) add_import(base, name);
    register_ = nullptr;
  }

  static Json::Array listing_parameters() {
    Json limit = of_type("integer");
    limit.set("minimum", std::int64_t{1});
    limit.set("maximum", static_cast<std::int64_t>(limits::page_size_max));
    Json by_field = of_type("object");
    by_field.set("additionalProperties", of_type("string"));
    Json filter = parameter("filter", "query", false, std::move(by_field));
    filter.set("style", "deepObject");
    return {std::move(filter),
            parameter("sort", "query", false, of_type("string")),
            parameter("limit", "query", false, std::move(limit)),
            parameter("cursor", "query", false, of_type("string")),
            parameter("total", "query", false, of_type("string")),
            parameter("search", "query", false, of_type("string"))};
  }

  void add_list_of_record(std::string const& path, std::string const& id, std::string_view register_name,
                          std::string_view what) {
    auto parameters = listing_parameters();
    parameters.push_back(parameter("id", "path", true, uuid_schema()));
    operation(path, "get", id, std::move(parameters), {},
              with(with(problem_answers({400, 401, 403, 404, 422}), "304", unchanged()), "200",
                   answer(what, reference(std::string(register_name) + "_page"))));
  }

  void add_reads(std::string const& base, std::string const& name) {
    operation(base, "get", name + "_list", listing_parameters(), {},
              with(with(problem_answers({400, 401, 403, 422}), "304", unchanged()), "200",
                   answer("one page", reference(name + "_page"))));
    auto const id = [] { return parameter("id", "path", true, uuid_schema()); };
    operation(base + "/{id}", "get", name + "_show",
              Json::Array{id(), parameter("If-None-Match", "header", false, of_type("string"))}, {},
              with(with(problem_answers({401, 403, 404}), "304", unchanged()), "200",
                   answer("the record", reference(name + "_record"))));
    operation(base + "/{id}/history", "get", name + "_history", Json::Array{id()}, {},
              with(problem_answers({401, 403, 404}), "200", answer("every version", reference("history"))));
    operation(
        base + "/{id}/actions", "get", name + "_actions", Json::Array{id()}, {},
        with(problem_answers({401, 403, 404}), "200", answer("what may be done now", reference("actions"))));
    operation(
        base + "/{id}/proof", "get", name + "_proof", Json::Array{id()}, {},
        with(problem_answers({401, 403, 404}), "200", answer("its place in the log", reference("proof"))));
  }

  void add_acts(kernel::Register const& reg, std::string const& base, std::string const& name) {
    auto const answers = [] {
      return problem_answers({400, 401, 403, 404, 409, 412, 413, 415, 422, 503, 507});
    };
    Json::Array makers;
    Json::Array payloads;
    for (auto const& action : reg.actions) {
      bool const creates = reg.find_step(0, action.name) != nullptr;
      Json body =
          action.payload == nullptr
              ? of_type("object")
              : components_.add(with_labels(reflect::json_schema(*action.payload), action.payload->name),
                                Reader::caller);
      if (action.payload == reg.type) body.set("description", in_both("parameter", "whole_record"));
      if (creates) {
        makers.emplace_back(action.name);
        payloads.push_back(body);
      }
      operation(base + "/{id}/" + std::string(action.name), "post", name + "_act_" + std::string(action.name),
                write_headers({parameter("id", "path", true, uuid_schema())}), std::move(body),
                with(with(answers(), "200", answer("done", reference("receipt"))), "201",
                     answer("made", reference("receipt"))));
    }
    if (makers.empty()) return;
    Json which = of_type("string");
    which.set("enum", std::move(makers));
    Json body;
    body.set("anyOf", std::move(payloads));
    operation(base, "post", name + "_create",
              write_headers({parameter("action", "query", false, std::move(which))}), std::move(body),
              with(with(answers(), "200", answer("repeated", reference("receipt"))), "201",
                   answer("made", reference("receipt"))));
  }

  static constexpr std::string_view root = "/api/v1/";
  kernel::Catalogue const& catalogue_;
  kernel::Register const* register_ = nullptr;  // whose operations are being described
  Components components_;
  Json paths_{Json::Object{}};
};

}  // namespace

// Made once: the catalogue does not change while the server runs.
Response show_openapi(Context& context) {
  static std::string const document = write_json(Document(context.system.catalogue()).make());
  auto response = text(200, "application/json", document);
  response.set("cache-control", "no-cache");
  return response;
}

}  // namespace plumbline::http
