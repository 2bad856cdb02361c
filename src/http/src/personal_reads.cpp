// Who saw personal data unmasked, and when: written before it is shown, read by audit administrators.
#include <charconv>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/ids.hpp"
#include "kernel/spelling.hpp"
#include "members.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;
using store::Sql;

Sql const insert_read{"personal_read.insert",
                      "insert into personal_read (jurisdiction, at, request, account, register_name, what, "
                      "records) values ($1, $2, $3, $4, $5, $6, $7)"};
Sql const select_reads{
    "personal_read.page",
    "select at, request, account, register_name, what, records from personal_read where "
    "jurisdiction = $1 and (at, request) < ($2, $3) order by at desc, request desc limit $4"};

// "AT.REQUEST" of the row before.
struct Place {
  std::int64_t at = INT64_MAX;
  std::string request;
};
Result<Place> place_of(Request const& request) {
  auto const cursor = request.parameter("cursor");
  if (!cursor) return Place{};
  auto const dot = cursor->find('.');
  Place place;
  auto const* end = cursor->data() + std::min(dot, cursor->size());
  auto const read = std::from_chars(cursor->data(), end, place.at);
  if (dot == std::string_view::npos || read.ec != std::errc{} || read.ptr != end)
    return refuse("bad_cursor", "/cursor");
  place.request = cursor->substr(dot + 1);
  return place;
}

}  // namespace

Result<void> note_personal_read(Context const& context, kernel::Register const& reg,
                                kernel::Viewer const& viewer, std::string_view what, std::string records) {
  if (!kernel::shows_personal(reg, viewer.sight(reg))) return {};
  return write_personal_read(context, std::string(reg.name), what, std::move(records));
}

Result<void> write_personal_read(Context const& context, std::string register_names, std::string_view what,
                                 std::string records) {
  if (records.empty()) return {};
  return context.system.write_unlogged(
      insert_read, {context.system.settings().jurisdiction, context.system.clock().now().micros_utc,
                    context.request.id, kernel::id_bytes(context.session->account), std::move(register_names),
                    std::string(what), std::move(records)});
}

Response list_personal_reads(Context& context) {
  if (!context.viewer().holds_everywhere(kernel::Role::audit_administrator))
    return context.refused(refuse("forbidden"));
  for (auto const& [name, value] : context.request.parameters)
    if (name != "cursor") return context.refused(refuse("unknown_parameter", "/" + name, name));
  auto const place = place_of(context.request);
  if (!place) return context.refused(place.refusal());
  auto const rows = context.system.database().reader()->query(
      select_reads, {context.system.settings().jurisdiction, place->at, place->request,
                     static_cast<std::int64_t>(limits::page_size_default)});
  Json::Array items;
  for (auto const& row : rows) {
    Uuid account;
    std::ranges::copy(store::blob(row[2]), account.bytes.begin());
    Json item;
    item.set("at", to_string(Instant{store::integer(row[0])}));
    item.set("request", store::text(row[1]));
    item.set("account", to_string(account));
    item.set("register", store::text(row[3]));
    item.set("what", store::text(row[4]));
    item.set("records", store::text(row[5]));
    items.push_back(std::move(item));
  }
  std::string next;
  if (rows.size() == limits::page_size_default)
    next = std::to_string(store::integer(rows.back()[0])) + "." + store::text(rows.back()[1]);
  return json(200, page_json(std::move(items), next));
}

}  // namespace plumbline::http
