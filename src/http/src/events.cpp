// GET /api/v1/events: server-sent events (WHATWG HTML, section 9.2).
#include <charconv>

#include "feed.hpp"
#include "kernel/act.hpp"
#include "records.hpp"

namespace plumbline::http {

using kernel::refuse;

Response stream_events(Context& context) {
  Feed::Wish wish;
  wish.account = context.session->account;
  wish.token = session_token(context.request);
  for (auto const& [name, value] : context.request.parameters) {
    if (name != "register") return context.refused(refuse("unknown_parameter", "/" + name, name));
    if (context.system.catalogue().find(value) == nullptr)
      return context.refused(refuse("unknown_register", "/register", value));
    wish.registers.push_back(value);
  }
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
