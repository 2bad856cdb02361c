// The officer's morning: what is due, the overdue first.
#include "kernel/work.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "members.hpp"
#include "records.hpp"
#include "title.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

// Of the rule as it was in force when the clock was started.
kernel::RuleEdition const* edition_of(Context const& context, kernel::Found const& found,
                                      std::string const& rule) {
  for (auto const& clock : found.envelope.clocks)
    if (clock.rule == rule && clock.status == kernel::ClockStatus::running)
      return context.system.rules().find(clock);
  return nullptr;
}

Json item_json(Context const& context, kernel::Viewer const& viewer, kernel::WorkItem const& item) {
  auto const& reg = *context.system.catalogue().find(item.register_name);
  auto const found = context.system.reads().get(viewer, item.register_name, item.record);
  Json row;
  row.set("register", item.register_name);
  row.set("id", to_string(item.record));
  row.set("version", item.version);
  row.set("state", item.state);
  row.set("title",
          found ? title_of(context, viewer, reg, *found, reflect::Sight::masked) : to_string(item.record));
  row.set("rule", item.rule);
  if (auto const* rule = found ? edition_of(context, *found, item.rule) : nullptr) {
    Json label;
    label.set("zh-CN", rule->name_zh);
    label.set("en", rule->name_en);
    row.set("rule_label", std::move(label));
    row.set("article", rule->article);
  }
  row.set("due_on", to_string(item.due_on));
  row.set("days_left", item.due_on - legal_date(context.system.clock().now()));
  return row;
}

Json count_json(Context const& context, kernel::Viewer const& viewer, kernel::WorkQuery const& query) {
  auto const counted =
      kernel::count_work(context.system.database(), context.system.catalogue(), viewer, query);
  Json row;
  row.set("count", counted.count);
  row.set("is_capped", counted.is_capped);
  return row;
}

// The same conditions as the lists they stand beside.
Json counts_json(Context const& context, kernel::Viewer const& viewer) {
  auto const today = legal_date(context.system.clock().now());
  kernel::WorkQuery query;
  Json counts;
  counts.set("mine", count_json(context, viewer, query));
  query.due_until = today;
  counts.set("mine_due_today", count_json(context, viewer, query));
  query.due_until = today + -1;
  counts.set("mine_overdue", count_json(context, viewer, query));
  query.whose = kernel::Whose::team;
  counts.set("team_overdue", count_json(context, viewer, query));
  query.due_until.reset();
  counts.set("team", count_json(context, viewer, query));
  return counts;
}

struct Wish {
  kernel::WorkQuery query;
  bool with_counts = false;
};
Result<Wish> wish_of(Request const& request) {
  Wish wish;
  for (auto const& [name, value] : request.parameters) {
    if (name == "whose" && (value == "mine" || value == "team")) {
      wish.query.whose = value == "mine" ? kernel::Whose::mine : kernel::Whose::team;
    } else if (name == "until") {
      wish.query.due_until = parse_date(value);
      if (!wish.query.due_until) return refuse("invalid_value", "/until", value);
    } else if (name == "limit") {
      auto const limit = page_limit(value);
      if (!limit) return limit.refusal();
      wish.query.limit = *limit;
    } else if (name == "cursor") {
      wish.query.cursor = value;
    } else if (name == "counts") {
      wish.with_counts = value == "1";
    } else {
      return refuse(name == "whose" ? "invalid_value" : "unknown_parameter", "/" + name, value);
    }
  }
  return wish;
}

}  // namespace

Response show_work(Context& context) {
  auto const wish = wish_of(context.request);
  if (!wish) return context.refused(wish.refusal());
  auto const viewer = context.viewer();
  auto const page =
      kernel::list_work(context.system.database(), context.system.catalogue(), viewer, wish->query);
  if (!page) return context.refused(page.refusal());
  Json::Array items;
  for (auto const& item : page->items) items.push_back(item_json(context, viewer, item));
  Json document = page_json(std::move(items), page->next);
  if (wish->with_counts) document.set("counts", counts_json(context, viewer));
  return json(200, document);
}

}  // namespace plumbline::http
