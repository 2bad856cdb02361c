// The security administrator's hand: the ways in of others. Each change is an act first (register
// access_measure), so that nothing is done that nobody reads of; cut off in between, it is done again.
#include "access.hpp"

#include <algorithm>

#include "accounts.hpp"
#include "kernel/act.hpp"
#include "kernel/credentials.hpp"
#include "kernel/grants.hpp"
#include "kernel/identity.hpp"
#include "members.hpp"

namespace plumbline::http {

using kernel::AccessKind;
using kernel::refuse;

Result<Uuid> account_of_other(Context const& context) {
  auto const viewer = context.viewer();
  auto const id = parse_uuid(context.variable("id"));
  if (!viewer.has_role(kernel::Role::security_administrator)) return refuse("forbidden");
  if (id == context.session->account) return refuse("not_for_oneself");
  if (!id || !context.system.reads().get(viewer, "account", *id)) return refuse("not_found");
  return *id;
}

namespace {

struct Measure {
  Uuid account;
  std::string one;  // the session or token meant; "": all
};

template <class Known>
bool is_among(std::vector<Known> const& all, std::string const& id) {
  return std::ranges::find(all, id, &Known::id) != all.end();
}

// {"reason": …, "session" or "token"?: ID}: what was asked, told to the log.
Result<Measure> measure(Context const& context, AccessKind kind, std::string_view member = "") {
  auto const account = account_of_other(context);
  if (!account) return account.refusal();
  auto const body = parse_json(context.request.body);
  if (!body) return body.refusal();
  auto const reason = text_member(*body, "reason");
  if (!reason) return reason.refusal();
  Measure wanted{*account, ""};
  if (Json const* one = member.empty() ? nullptr : body->find(member)) {
    if (one->as_text() == nullptr || one->as_text()->empty())
      return refuse("invalid_value", '/' + std::string(member));
    wanted.one = *one->as_text();
    if (member == "session" ? !is_among(context.doors.sessions.of(*account, ""), wanted.one)
                            : !is_among(context.doors.tokens.of(*account), wanted.one))
      return refuse("not_found");
  }
  if (auto taken = kernel::take_measure(context.system, context.session->account, {*account, kind, *reason});
      !taken)
    return taken.refusal();
  return wanted;
}

}  // namespace

Response list_sessions_of(Context& context) {
  auto const account = account_of_other(context);
  return account ? json(200, sessions_json(context, *account)) : context.refused(account.refusal());
}

Response list_tokens_of(Context& context) {
  auto const account = account_of_other(context);
  return account ? json(200, tokens_json(context, *account)) : context.refused(account.refusal());
}

Response end_sessions_of(Context& context) {
  auto const wanted = measure(context, AccessKind::sessions_ended, "session");
  if (!wanted) return context.refused(wanted.refusal());
  if (!wanted->one.empty()) {
    context.doors.sessions.revoke(wanted->account, wanted->one);
    return no_content();
  }
  auto const ended = kernel::end_sessions(context.system, wanted->account);
  return ended ? no_content() : context.refused(ended.refusal());
}

Response revoke_tokens_of(Context& context) {
  auto const wanted = measure(context, AccessKind::tokens_revoked, "token");
  if (!wanted) return context.refused(wanted.refusal());
  for (auto const& known : context.doors.tokens.of(wanted->account))
    if (wanted->one.empty() || wanted->one == known.id)
      context.doors.tokens.revoke(wanted->account, known.id);
  return no_content();
}

// Their sessions end; their second factor stays: a password alone lets nobody pass for them.
Response set_one_time_password(Context& context) {
  auto const wanted = measure(context, AccessKind::one_time_password);
  if (!wanted) return context.refused(wanted.refusal());
  auto const made = kernel::set_one_time_password(context.system, wanted->account);
  if (!made) return context.refused(made.refusal());
  Json document;
  document.set("password", made->password);
  document.set("expires_at", to_string(made->expires_at));
  return json(201, document);
}

// Of somebody who lost phone and codes. Their sessions end.
Response remove_second_factor_of(Context& context) {
  auto const wanted = measure(context, AccessKind::second_factor_removed);
  if (!wanted) return context.refused(wanted.refusal());
  if (auto gone = context.doors.factors.remove(wanted->account); !gone)
    return context.refused(gone.refusal());
  auto const ended = kernel::end_sessions(context.system, wanted->account);
  return ended ? no_content() : context.refused(ended.refusal());
}

}  // namespace plumbline::http
