// GET /api/v1/events: server-sent events (WHATWG HTML, section 9.2).
#include <charconv>

#include "feed.hpp"
#include "kernel/act.hpp"
#include "records.hpp"

namespace plumbline::http {

using kernel::refuse;

namespace {

std::function<bool()> still_let_in(Context const& context) {
  auto& doors = context.doors;
  if (auto const given = context.request.header("authorization"))
    return [&doors, given = std::string(*given)] { return doors.program(given).has_value(); };
  // An open stream is no sign of life: the person may have left the desk.
  return [&doors, token = session_token(context.request)] {
    return doors.sessions.find(token, Sessions::Purpose::look).has_value();
  };
}

}  // namespace

Response stream_events(Context& context) {
  Feed::Wish wish;
  wish.account = context.session->account;
  wish.is_let_in = still_let_in(context);
  for (auto const& [name, value] : context.request.parameters) {
    if (name != "register") return context.refused(refuse("unknown_parameter", "/" + name, name));
    if (context.system.catalogue().find(value) == nullptr)
      return context.refused(refuse("unknown_register", "/register", value));
    if (auto const& rights = context.session->rights; rights && !rights->covers(value))
      return context.refused(refuse("token_too_narrow", "/register", value));
    wish.registers.push_back(value);
  }
  if (wish.registers.empty() && context.session->rights) wish.registers = context.session->rights->registers;
  if (auto const last = context.request.header("last-event-id")) {
    std::int64_t entry = 0;
    auto const read = std::from_chars(last->data(), last->data() + last->size(), entry);
    if (read.ec != std::errc{} || read.ptr != last->data() + last->size())
      return context.refused(refuse("invalid_value", "/Last-Event-ID", std::string(*last)));
    wish.after = entry;
  }
  auto listening = context.feed.listen(std::move(wish));
  if (!listening) return context.refused(listening.refusal());
  Response response;
  response.set("content-type", "text/event-stream");
  response.set("cache-control", "no-store");
  response.set("x-accel-buffering", "no");  // a proxy must pass each line on at once
  response.content = *std::move(listening);
  return response;
}

}  // namespace plumbline::http
