// Saved views: what somebody looks for again and again, under a name; the web shows them as tabs of a list. A
// view keeps a list's own question, so that whoever has it may also ask the list directly.
#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "context.hpp"
#include "kernel/act.hpp"
#include "kernel/grants.hpp"
#include "kernel/ids.hpp"
#include "members.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::id_bytes;
using kernel::refuse;
using kernel::uuid_from;
using store::Sql;

Sql const insert_view{"saved_view.insert",
                      "insert into saved_view (jurisdiction, id, account, register_name, name, query, "
                      "columns, shared, made_at) "
                      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
Sql const update_view{
    "saved_view.update",
    "update saved_view set register_name = $4, name = $5, query = $6, columns = $7, shared = $8 "
    "where jurisdiction = $1 and id = $2 and account = $3"};
Sql const delete_view{"saved_view.delete",
                      "delete from saved_view where jurisdiction = $1 and id = $2 and account = $3"};
Sql const owned_view{"saved_view.owned",
                     "select 1 from saved_view where jurisdiction = $1 and id = $2 and account = $3"};
Sql const count_views{"saved_view.count",
                      "select count(*) from saved_view where jurisdiction = $1 and account = $2"};
Sql const select_views{
    "saved_view.select",
    "select id, account, name, query, columns, shared, made_at from saved_view where jurisdiction = $1 and "
    "register_name = $2 and (account = $3 or shared = 1) and id > $4 order by id limit $5"};

struct View {
  std::string register_name;
  std::string name;
  std::string query;    // as in the address of the list, without the mark
  std::string columns;  // names with commas between them, "" = as the screen has them
  bool is_shared = false;
};

Result<std::string> bounded_text(Json const& body, std::string const& name, std::size_t bytes_max) {
  auto text = text_member(body, name);
  if (text && text->size() > bytes_max) return refuse("too_long", '/' + name, std::to_string(bytes_max));
  return text;
}
Result<std::string> name_of(Json const& body, std::string const& member) {
  auto name = bounded_text(body, member, limits::short_text);
  if (name && name->empty()) return refuse("required", '/' + member);
  return name;
}

Result<std::string> columns_of(Json const& body, kernel::Register const& reg) {
  static constexpr std::array<std::string_view, 6> common{"id",         "state",  "version",
                                                          "updated_at", "scopes", "clocks"};
  auto const columns = texts_member(body, "columns");
  if (!columns) return columns.refusal();
  for (auto const& name : *columns)
    if (reg.type->find(name) == nullptr && std::ranges::find(common, name) == common.end())
      return refuse("unknown_field", "/columns", name);
  return join_names(*columns);
}

// Whose telephone number somebody looked for is not for everybody.
bool asks_for_persons(kernel::Register const& reg, kernel::Query const& query) {
  auto const is_personal = [](reflect::Field const& field) {
    return has(field.flags, reflect::Flag::personal);
  };
  for (auto const& condition : query.where)
    if (auto const* field = reg.type->find(condition.field); field != nullptr && is_personal(*field))
      return true;
  return !query.search.empty() && std::ranges::any_of(reg.type->fields, [&](reflect::Field const& field) {
    return has(field.flags, reflect::Flag::searched) && is_personal(field);
  });
}

// A view that is kept can be asked: the list itself says what is wrong with it.
Result<void> try_query(Context const& context, View const& view) {
  Request request;
  auto parameters = parameters_of("/?" + view.query);
  if (!parameters) return refuse("invalid_value", "/query");
  for (auto const& [name, value] : *parameters)
    if (name == "cursor" || name == "limit" || name == "total")
      return refuse("unknown_parameter", "/query", name);
  request.parameters = *std::move(parameters);
  auto listing = listing_of(request);
  if (!listing) return Refusal{listing.refusal().code, listing.refusal().detail, {}};
  auto const& reg = *context.system.catalogue().find(view.register_name);
  if (view.is_shared && asks_for_persons(reg, listing->query)) return refuse("personal_in_view", "/shared");
  listing->query.limit = 1;
  auto const page = context.system.reads().list_stored(context.viewer(), view.register_name, listing->query);
  if (!page) return page.refusal();
  return {};
}

Result<View> view_of(Context const& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return body.refusal();
  View view;
  auto register_name = name_of(*body, "register");
  if (!register_name) return register_name.refusal();
  auto const* reg = context.system.catalogue().find(*register_name);
  if (reg == nullptr || !may_read(context.viewer(), *reg))
    return refuse("unknown_register", "/register", *register_name);
  view.register_name = *std::move(register_name);
  auto name = name_of(*body, "name");
  if (!name) return name.refusal();
  view.name = *std::move(name);
  if (body->find("query") != nullptr) {
    auto query = bounded_text(*body, "query", limits::saved_view_bytes);
    if (!query) return query.refusal();
    view.query = *std::move(query);
  }
  auto columns = columns_of(*body, *reg);
  if (!columns) return columns.refusal();
  view.columns = *std::move(columns);
  if (Json const* shared = body->find("shared")) {
    if (shared->as_bool() == nullptr) return refuse("invalid_value", "/shared");
    view.is_shared = *shared->as_bool();
  }
  if (auto fits = try_query(context, view); !fits) return fits.refusal();
  return view;
}

Json view_json(store::Row const& row, std::string_view register_name, Uuid account) {
  Uuid const id = uuid_from(row[0]);
  Json item;
  item.set("id", to_string(id));
  item.set("register", register_name);
  item.set("name", store::text(row[2]));
  item.set("query", store::text(row[3]));
  item.set("columns", list_json(split_names(store::text(row[4]))));
  item.set("shared", store::integer(row[5]) != 0);
  item.set("own", store::blob(row[1]) == id_bytes(account));
  item.set("made_at", to_string(Instant{store::integer(row[6])}));
  return item;
}

// Of the path, where it is the viewer's own; somebody else's is not there.
Result<Uuid> own_view(Context const& context) {
  auto const id = parse_uuid(context.variable("view"));
  if (!id || context.system.database()
                 .reader()
                 ->query(owned_view, {context.system.settings().jurisdiction, id_bytes(*id),
                                      id_bytes(context.session->account)})
                 .empty())
    return refuse("not_found");
  return *id;
}

}  // namespace

// Own views and those that others share, of one register; what a shared one finds is its reader's own affair.
Response list_views(Context& context) {
  for (auto const& [name, value] : context.request.parameters)
    if (name != "register" && name != "cursor")
      return context.refused(refuse("unknown_parameter", "/" + name, name));
  auto const name = std::string(context.request.parameter("register").value_or(""));
  auto const* reg = context.system.catalogue().find(name);
  if (reg == nullptr || !may_read(context.viewer(), *reg))
    return context.refused(refuse("unknown_register", "/register", name));
  auto const cursor = context.request.parameter("cursor");
  auto const after = cursor ? parse_uuid(*cursor) : Uuid{};
  if (!after) return context.refused(refuse("bad_cursor", "/cursor"));
  auto const account = context.session->account;
  constexpr auto page = static_cast<std::int64_t>(limits::page_size_default);
  auto const rows = context.system.database().reader()->query(
      select_views,
      {context.system.settings().jurisdiction, name, id_bytes(account), id_bytes(*after), page});
  Json::Array items;
  for (auto const& row : rows) items.push_back(view_json(row, reg->name, account));
  bool const is_full = rows.size() == limits::page_size_default;
  std::string const next = is_full ? *items.back().find("id")->as_text() : "";
  return json(200, page_json(std::move(items), next));
}

Response save_view(Context& context) {
  auto const view = view_of(context);
  if (!view) return context.refused(view.refusal());
  auto const now = context.system.clock().now();
  std::string const place = context.system.settings().jurisdiction;
  auto const account = id_bytes(context.session->account);
  Uuid const id = make_uuid7(now);
  auto const kept = context.system.write_together([&](store::Writer& writer) -> Result<void> {
    std::vector<store::Value> const values{place, account};
    store::Statement const count{&count_views, values};
    auto const views = store::integer(writer.fetch({&count, 1}).at(0).at(0).at(0));
    if (views >= static_cast<std::int64_t>(limits::saved_views_per_account))
      return refuse("too_many_views", "", std::to_string(limits::saved_views_per_account));
    writer.write(insert_view, {place, id_bytes(id), account, view->register_name, view->name, view->query,
                               view->columns, std::int64_t{view->is_shared}, now.micros_utc});
    return {};
  });
  if (!kept) return context.refused(kept.refusal());
  Json document;
  document.set("id", to_string(id));
  return json(201, document);
}

Response change_view(Context& context) {
  auto const id = own_view(context);
  if (!id) return context.refused(id.refusal());
  auto const view = view_of(context);
  if (!view) return context.refused(view.refusal());
  auto const kept = context.system.write_unlogged(
      update_view,
      {context.system.settings().jurisdiction, id_bytes(*id), id_bytes(context.session->account),
       view->register_name, view->name, view->query, view->columns, std::int64_t{view->is_shared}});
  return kept ? no_content() : context.refused(kept.refusal());
}

Response drop_view(Context& context) {
  auto const id = own_view(context);
  if (!id) return context.refused(id.refusal());
  auto const gone = context.system.write_unlogged(
      delete_view,
      {context.system.settings().jurisdiction, id_bytes(*id), id_bytes(context.session->account)});
  return gone ? no_content() : context.refused(gone.refusal());
}

}  // namespace plumbline::http
