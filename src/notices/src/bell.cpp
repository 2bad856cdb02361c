#include "notices/bell.hpp"

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using kernel::refuse;
using store::Sql;
using store::Value;

constexpr std::string_view columns =
    "account, id, kind, register_name, record, rule, due_on, cause, made_at, read_at";
Sql const insert_notice{
    "notice.insert",
    "insert into notice (jurisdiction, account, id, kind, register_name, record, rule, due_on, cause, "
    "made_at, read_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) on conflict (jurisdiction, "
    "account, cause) do nothing"};
Sql const page_all{"notice.page",
                   "select " + std::string(columns) +
                       " from notice where jurisdiction = $1 and account = $2 and id < $3 order by id desc "
                       "limit $4"};
Sql const page_unread{"notice.unread",
                      "select " + std::string(columns) +
                          " from notice where jurisdiction = $1 and account = $2 and id < $3 and read_at = 0 "
                          "order by id desc limit $4"};
Sql const notices_since{"notice.since",
                        "select " + std::string(columns) +
                            " from notice where jurisdiction = $1 and account = $2 and made_at >= $3 and "
                            "read_at = 0 order by id desc limit $4"};
Sql const count_unread{"notice.count",
                       "select count(*) from (select 1 from notice where jurisdiction = $1 and account = $2 "
                       "and read_at = 0 limit $3) as unread"};
Sql const mark_one{"notice.mark",
                   "update notice set read_at = $4 where jurisdiction = $1 and account = $2 and id = $3 and "
                   "read_at = 0"};
Sql const mark_all{"notice.mark_until",
                   "update notice set read_at = $4 where jurisdiction = $1 and account = $2 and id <= $3 and "
                   "read_at = 0"};

Notice notice_of(store::Row const& row) {
  return {uuid_from(row[0]),
          uuid_from(row[1]),
          store::text(row[2]),
          store::text(row[3]),
          uuid_from(row[4]),
          store::text(row[5]),
          store::text(row[6]),
          store::text(row[7]),
          Instant{store::integer(row[8])},
          Instant{store::integer(row[9])}};
}

}  // namespace

void put(store::Writer& writer, std::string const& jurisdiction, Notice const& notice) {
  writer.write(insert_notice, {jurisdiction, id_bytes(notice.account), id_bytes(notice.id), notice.kind,
                               notice.register_name, id_bytes(notice.record), notice.rule, notice.due_on,
                               notice.cause, notice.made_at.micros_utc});
}

Result<Bell::Page> Bell::list(Uuid account, bool only_unread, int limit, std::string const& cursor) const {
  Bytes before(16, 0xff);
  if (!cursor.empty()) {
    auto const id = parse_uuid(cursor);
    if (!id) return refuse("bad_cursor", "/cursor");
    before = id_bytes(*id);
  }
  Page out;
  for (auto const& row : system_.database().reader()->query(
           only_unread ? page_unread : page_all,
           {system_.settings().jurisdiction, id_bytes(account), before, std::int64_t{limit} + 1}))
    out.items.push_back(notice_of(row));
  if (out.items.size() > static_cast<std::size_t>(limit)) {
    out.items.pop_back();
    out.next = to_string(out.items.back().id);
  }
  return out;
}

std::vector<Notice> Bell::since(Uuid account, Instant from, std::size_t most) const {
  std::vector<Notice> out;
  for (auto const& row :
       system_.database().reader()->query(notices_since, {system_.settings().jurisdiction, id_bytes(account),
                                                          from.micros_utc, static_cast<std::int64_t>(most)}))
    out.push_back(notice_of(row));
  return out;
}

std::int64_t Bell::unread(Uuid account) const {
  auto const rows = system_.database().reader()->query(
      count_unread,
      {system_.settings().jurisdiction, id_bytes(account), static_cast<std::int64_t>(limits::total_counted)});
  return store::integer(rows.at(0).at(0));
}

Result<void> Bell::mark(Uuid account, std::vector<Uuid> const& ids) {
  auto const now = system_.clock().now().micros_utc;
  return system_.write_together([&](store::Writer& writer) -> Result<void> {
    for (Uuid const id : ids)
      writer.write(mark_one, {system_.settings().jurisdiction, id_bytes(account), id_bytes(id), now});
    return {};
  });
}

Result<void> Bell::mark_until(Uuid account, Uuid id) {
  return system_.write_unlogged(mark_all, {system_.settings().jurisdiction, id_bytes(account), id_bytes(id),
                                           system_.clock().now().micros_utc});
}

}  // namespace plumbline::notices
