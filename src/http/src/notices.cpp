// The bell: what somebody is to know, and how else they want to hear of it.
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "members.hpp"
#include "notices/bell.hpp"
#include "notices/choices.hpp"
#include "notices/settings.hpp"
#include "records.hpp"
#include "title.hpp"

namespace plumbline::http {
namespace {

using kernel::refuse;

Json notice_json(Context const& context, kernel::Viewer const& viewer, notices::Notice const& notice) {
  Json row;
  row.set("id", to_string(notice.id));
  row.set("kind", notice.kind);
  row.set("made_at", to_string(notice.made_at));
  row.set("read_at", instant_json(notice.read_at));
  auto const* reg = context.system.catalogue().find(notice.register_name);
  if (reg == nullptr) return row;
  // The record as it is now, as far as it is still theirs to see.
  auto const found = context.system.reads().get(viewer, reg->name, notice.record);
  row.set("register", notice.register_name);
  row.set("record", to_string(notice.record));
  if (found) row.set("title", title_of(context, viewer, *reg, *found, reflect::Sight::masked));
  if (!notice.rule.empty()) row.set("rule", notice.rule);
  if (!notice.due_on.empty()) row.set("due_on", notice.due_on);
  return row;
}

struct Wish {
  bool only_unread = false;
  int limit = static_cast<int>(limits::page_size_default);
  std::string cursor;
};
Result<Wish> wish_of(Request const& request) {
  Wish wish;
  for (auto const& [name, value] : request.parameters) {
    if (name == "unread" && (value == "0" || value == "1")) {
      wish.only_unread = value == "1";
    } else if (name == "limit") {
      auto const limit = page_limit(value);
      if (!limit) return limit.refusal();
      wish.limit = *limit;
    } else if (name == "cursor") {
      wish.cursor = value;
    } else {
      return refuse(name == "unread" ? "invalid_value" : "unknown_parameter", "/" + name, value);
    }
  }
  return wish;
}

// With what the house can send at all: a choice of what is not set up would wait for nothing.
Json choice_json(Context const& context, notices::Choice const& choice) {
  auto const settings = notices::read_settings(context.system.folder());
  Json document;
  document.set("mail_is_set_up", settings && settings->mail);
  document.set("sms_is_set_up", settings && settings->sms);
  document.set("mail_address", choice.mail_address);
  document.set("mail", notices::to_string(choice.mail));
  document.set("telephone", choice.telephone);
  document.set("sms", choice.sms);
  document.set("language", choice.language == kernel::Language::english ? "en" : "zh-CN");
  return document;
}

// What is not named stays as it is.
Result<void> read_choice(Json const& body, notices::Choice& choice) {
  if (body.as_object() == nullptr) return refuse("invalid_value", "");
  for (auto const& [name, value] : *body.as_object()) {
    auto const* text = value.as_text();
    auto const wrong = [&, &member = name] { return refuse("invalid_value", "/" + member); };
    if (name == "sms") {
      if (value.as_bool() == nullptr) return wrong();
      choice.sms = *value.as_bool();
    } else if (text == nullptr) {
      return wrong();
    } else if (name == "mail_address") {
      choice.mail_address = *text;
    } else if (name == "telephone") {
      choice.telephone = *text;
    } else if (name == "mail") {
      auto const mode = notices::parse_mail_mode(*text);
      if (!mode) return wrong();
      choice.mail = *mode;
    } else if (name == "language" && (*text == "en" || *text == "zh-CN")) {
      choice.language = *text == "en" ? kernel::Language::english : kernel::Language::chinese;
    } else {
      return wrong();
    }
  }
  return {};
}

// {"ids": [...]}, or {"until": ID}: that one and all before it.
Result<void> mark(Context const& context, Json const& body) {
  notices::Bell bell(context.system);
  auto const account = context.session->account;
  if (Json const* until = body.find("until")) {
    auto const id = until->as_text() == nullptr ? std::nullopt : parse_uuid(*until->as_text());
    if (!id) return refuse("invalid_value", "/until");
    return bell.mark_until(account, *id);
  }
  Json const* ids = body.find("ids");
  if (ids == nullptr || ids->as_array() == nullptr) return refuse("required", "/ids");
  if (ids->as_array()->size() > limits::notices_marked)
    return refuse("too_many_values", "/ids", std::to_string(limits::notices_marked));
  std::vector<Uuid> wanted;
  for (auto const& item : *ids->as_array()) {
    auto const id = item.as_text() == nullptr ? std::nullopt : parse_uuid(*item.as_text());
    if (!id) return refuse("invalid_value", "/ids");
    wanted.push_back(*id);
  }
  return bell.mark(account, wanted);
}

}  // namespace

Response list_notices(Context& context) {
  auto const wish = wish_of(context.request);
  if (!wish) return context.refused(wish.refusal());
  notices::Bell const bell(context.system);
  auto const account = context.session->account;
  auto const page = bell.list(account, wish->only_unread, wish->limit, wish->cursor);
  if (!page) return context.refused(page.refusal());
  auto const viewer = context.viewer();
  Json::Array items;
  for (auto const& notice : page->items) items.push_back(notice_json(context, viewer, notice));
  auto const unread = bell.unread(account);
  Json document = page_json(std::move(items), page->next);
  document.set("unread", unread);
  document.set("unread_is_capped", unread >= static_cast<std::int64_t>(limits::total_counted));
  return json(200, document);
}

Response mark_notices(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  auto const marked = mark(context, *body);
  return marked ? no_content() : context.refused(marked.refusal());
}

Response show_choice(Context& context) {
  return json(200, choice_json(context, notices::Choices(context.system).of(context.session->account)));
}

Response keep_choice(Context& context) {
  auto const body = parse_json(context.request.body);
  if (!body) return context.refused(body.refusal());
  notices::Choices choices(context.system);
  auto choice = choices.of(context.session->account);
  if (auto read = read_choice(*body, choice); !read) return context.refused(read.refusal());
  if (auto kept = choices.keep(choice); !kept) return context.refused(kept.refusal());
  return json(200, choice_json(context, choice));
}

}  // namespace plumbline::http
