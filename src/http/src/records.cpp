// Every register's records: lists, single records, history, proof, acts.
#include <algorithm>
#include <charconv>

#include "base/limits.hpp"
#include "context.hpp"
#include "etag.hpp"
#include "kernel/audit.hpp"
#include "kernel/publisher.hpp"
#include "kernel/reads.hpp"
#include "kernel/spelling.hpp"
#include "records.hpp"
#include "reflect/codec.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

std::string etag_of(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

struct Operator {
  std::string_view name;
  kernel::Compare compare;
};
constexpr Operator operators[] = {
    {"ne", kernel::Compare::not_equal},     {"lt", kernel::Compare::less},
    {"le", kernel::Compare::less_equal},    {"gt", kernel::Compare::greater},
    {"ge", kernel::Compare::greater_equal}, {"absent", kernel::Compare::is_absent},
};

// filter[field]=value, filter[field]=a,b (any of them), filter[field][ge]=value
std::optional<kernel::Condition> condition_of(std::string_view name, std::string const& value) {
  if (!name.starts_with("filter[") || !name.ends_with(']')) return {};
  auto const inner = name.substr(7, name.size() - 8);
  auto const middle = inner.find("][");
  kernel::Condition condition{std::string(inner.substr(0, middle)), kernel::Compare::equal, {}};
  if (middle != std::string_view::npos) {
    bool known = false;
    for (auto const& op : operators)
      if (op.name == inner.substr(middle + 2)) {
        condition.compare = op.compare;
        known = true;
      }
    if (!known) return {};
    if (condition.compare != kernel::Compare::is_absent) condition.values = {value};
    return condition;
  }
  for (std::size_t from = 0; from <= value.size();) {
    auto const end = std::min(value.find(',', from), value.size());
    condition.values.push_back(value.substr(from, end - from));
    from = end + 1;
  }
  if (condition.values.size() > 1) condition.compare = kernel::Compare::any_of;
  return condition;
}

}  // namespace

Result<Listing> listing_of(Request const& request, std::initializer_list<std::string_view> others) {
  Listing listing;
  for (auto const& [name, value] : request.parameters) {
    if (name == "sort") {
      listing.query.sort = value;
    } else if (name == "cursor") {
      listing.query.cursor = value;
    } else if (name == "limit") {
      auto const limit = page_limit(value);
      if (!limit) return limit.refusal();
      listing.query.limit = *limit;
    } else if (name == "search") {
      if (value.empty()) return refuse("search_too_short", "/search");
      listing.query.search = value;
    } else if (name == "total") {
      listing.with_total = value == "1";
    } else if (auto condition = condition_of(name, value)) {
      listing.query.where.push_back(*std::move(condition));
    } else if (std::ranges::find(others, name) == others.end()) {
      return refuse("unknown_parameter", "/" + name, name);
    }
  }
  return listing;
}

Result<kernel::Register const*> register_of(Context const& context) {
  auto const* reg = context.system.catalogue().find(context.variable("register"));
  if (reg == nullptr) return refuse("unknown_register", "", context.variable("register"));
  return reg;
}

Result<Wanted> wanted_record(Context const& context) {
  auto const reg = register_of(context);
  if (!reg) return reg.refusal();
  auto const id = parse_uuid(context.variable("id"));
  if (!id) return refuse("not_found");
  auto viewer = context.viewer();
  auto found = context.system.reads().get(viewer, (*reg)->name, *id);
  if (!found) return refuse("not_found");
  return Wanted{*reg, std::move(viewer), *std::move(found)};
}

Result<int> page_limit(std::string const& text) {
  auto const limit = parse_number(text);
  if (!limit || *limit < 1 || *limit > static_cast<std::int64_t>(limits::page_size_max))
    return refuse("out_of_range", "/limit", "1.." + std::to_string(limits::page_size_max));
  return static_cast<int>(*limit);
}

Json receipt_json(kernel::Receipt const& done) {
  Json document;
  document.set("id", to_string(done.record));
  document.set("version", done.version);
  document.set("entry", done.entry);
  document.set("state", done.state);
  document.set("repeated", done.repeated);
  return document;
}

Result<std::string> idempotency_key(Request const& request) {
  std::string key(request.header("idempotency-key").value_or(""));
  if (key.size() > limits::idempotency_key_bytes)
    return refuse("too_long", "/Idempotency-Key", std::to_string(limits::idempotency_key_bytes));
  return key;
}

namespace {

Response receipt(kernel::Receipt const& done, bool created, std::string_view register_name) {
  auto response = json(created ? 201 : 200, receipt_json(done));
  response.set("etag", etag_of(done.version));
  if (created)
    response.set("location", "/api/v1/" + std::string(register_name) + "/" + to_string(done.record));
  return response;
}

Response submit(Context& context, kernel::Register const& reg, std::string action, Uuid record) {
  if (auto allowed = context.allowed(reg.name, action); !allowed) return context.refused(allowed.refusal());
  if (auto const elsewhere = own_address_of(reg, action)) return context.refused(*elsewhere);
  kernel::Command command;
  command.register_name = reg.name;
  command.action = std::move(action);
  command.record = record;
  command.payload = context.request.body;
  command.account = context.session->account;
  auto const seen = version_seen(context.request);
  if (!seen) return context.refused(seen.refusal());
  command.version_seen = *seen;
  auto key = idempotency_key(context.request);
  if (!key) return context.refused(key.refusal());
  command.idempotency_key = *std::move(key);
  auto const done = context.system.act(std::move(command));
  if (!done) return context.refused(done.refusal());
  return receipt(*done, done->version == 1, reg.name);
}

Response answer_list(Context const& context, kernel::Register const& reg, kernel::Viewer const& viewer,
                     Listing const& listing) {
  auto const page = context.system.reads().list_stored(viewer, reg.name, listing.query);
  if (!page) return context.refused(page.refusal());
  auto const sight = viewer.sight(reg);
  if (kernel::shows_personal(reg, sight)) {
    std::string ids;
    for (auto const& item : page->items) ids += to_string(item.id) + ' ';
    if (auto noted = write_personal_read(context, std::string(reg.name), "list", std::move(ids)); !noted)
      return context.refused(noted.refusal());
  }
  std::size_t bytes = 0;
  for (auto const& item : page->items) bytes += item.body.size() + 256;
  std::string content;
  content.reserve(bytes);
  content = R"({"items":[)";
  for (auto const& item : page->items) {
    if (content.back() != '[') content += ',';
    kernel::append_record(content, reg, item, sight);
  }
  content += R"(],"next":)" + write_json(page->next.empty() ? Json() : Json(page->next));
  if (listing.with_total) {
    auto const total = context.system.reads().total(viewer, reg.name, listing.query);
    if (!total) return context.refused(total.refusal());
    content += R"(,"total":)" + std::to_string(total->count) + R"(,"total_is_capped":)" +
               (total->is_capped ? "true" : "false");
  }
  auto response = json_text(200, std::move(content) + '}');
  tag_answer(context.request, response);
  return response;
}

}  // namespace

Response list_records(Context& context) {
  auto const reg = register_of(context);
  if (!reg) return context.refused(reg.refusal());
  auto const listing = listing_of(context.request);
  if (!listing) return context.refused(listing.refusal());
  return answer_list(context, **reg, context.viewer(), *listing);
}

kernel::Query of_record(Wanted const& owner) {
  kernel::Query query;
  query.where.push_back({"register_name", kernel::Compare::equal, {std::string(owner.reg->name)}});
  query.where.push_back({"record", kernel::Compare::equal, {to_string(owner.found.id)}});
  return query;
}

Response list_of_record(Context& context, std::string_view register_name, std::string_view state) {
  auto const owner = wanted_record(context);
  if (!owner) return context.refused(owner.refusal());
  auto listing = listing_of(context.request);
  if (!listing) return context.refused(listing.refusal());
  auto& where = listing->query.where;
  for (auto& condition : of_record(*owner).where) where.push_back(std::move(condition));
  if (!state.empty()) where.push_back({"state", kernel::Compare::equal, {std::string(state)}});
  return answer_list(context, *context.system.catalogue().find(register_name), owner->viewer, *listing);
}

Response show_record(Context& context) {
  auto const wanted = wanted_record(context);
  if (!wanted) return context.refused(wanted.refusal());
  if (auto noted =
          note_personal_read(context, *wanted->reg, wanted->viewer, "record", to_string(wanted->found.id));
      !noted)
    return context.refused(noted.refusal());
  std::string content;
  kernel::append_record(content, *wanted->reg, wanted->found, wanted->viewer.sight(*wanted->reg));
  auto response = json_text(200, std::move(content));
  tag_answer(context.request, response, wanted->found.version);
  return response;
}

Response show_history(Context& context) {
  auto const wanted = wanted_record(context);
  if (!wanted) return context.refused(wanted.refusal());
  auto const history = context.system.reads().history(wanted->viewer, wanted->reg->name, wanted->found.id);
  if (!history) return context.refused(history.refusal());
  if (auto noted =
          note_personal_read(context, *wanted->reg, wanted->viewer, "history", to_string(wanted->found.id));
      !noted)
    return context.refused(noted.refusal());
  Json document;
  document.set("items", kernel::history_json(*history));
  return json(200, document);
}

// The latest version's place in the log, and how to prove it once a checkpoint covers it.
Response show_proof(Context& context) {
  auto const wanted = wanted_record(context);
  if (!wanted) return context.refused(wanted.refusal());
  auto& log = context.system.log();
  Json document;
  document.set("entry", wanted->found.entry);
  document.set("leaf", log.leaf(wanted->found.entry));
  document.set("vkey", log.vkey());
  if (auto const proof = log.proof(wanted->found.entry)) {
    document.set("proof", proof->file);
    document.set("checkpoint_size", proof->checkpoint_size);
  }
  return json(200, document);
}

// The step from none that people may take; ?action= names it where a register has several.
Response create_record(Context& context) {
  auto const reg = register_of(context);
  if (!reg) return context.refused(reg.refusal());
  std::string action(context.request.parameter("action").value_or(""));
  if (action.empty()) {
    for (auto const& step : (*reg)->steps) {
      if (step.from != 0 || step.action == "import" || step.by == kernel::RoleSet(kernel::Role::system))
        continue;
      if (!action.empty() && action != step.action)
        return context.refused(refuse("required", "/action", action + ", " + std::string(step.action)));
      action = step.action;
    }
    if (action.empty()) return context.refused(refuse("forbidden"));
  }
  return submit(context, **reg, std::move(action), {});
}

Response act_on_record(Context& context) {
  auto const reg = register_of(context);
  if (!reg) return context.refused(reg.refusal());
  auto const id = parse_uuid(context.variable("id"));
  if (!id) return context.refused(refuse("not_found"));
  return submit(context, **reg, context.variable("action"), *id);
}

}  // namespace plumbline::http
