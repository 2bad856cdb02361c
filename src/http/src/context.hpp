// One request on its way through the API: who asks, for what, and the words of its path.
#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "doors.hpp"
#include "feed.hpp"
#include "figures.hpp"
#include "http/message.hpp"
#include "jobs.hpp"
#include "kernel/document.hpp"
#include "kernel/system.hpp"
#include "problem.hpp"
#include "router.hpp"

namespace plumbline::http {

struct Context {
  kernel::System& system;
  Doors& doors;
  Request const& request;
  Variables variables;
  Jobs& jobs;
  Feed& feed;
  std::atomic<int>& exporting;  // tables being written now
  kernel::DocumentOffice& office;
  Figures const& figures;
  std::optional<Session> session;  // there for every route that wants somebody signed in

  std::string const& variable(std::string_view name) const { return variables.find(name)->second; }
  kernel::Viewer viewer() const { return system.viewer(session->account); }
  // Refused "token_too_narrow": the account may, the program's token may not.
  Result<void> allowed(std::string_view register_name, std::string_view action) const;
  Response refused(Refusal const& refusal) const { return problem_of(refusal, request); }
};

using ApiRoute = Route<Context>;

// session.cpp
Response sign_in(Context& context);
Response show_session(Context& context);
Response sign_out(Context& context);
// accounts.cpp
Response change_password(Context& context);
Response list_sessions(Context& context);
Response revoke_session(Context& context);
Response list_tokens(Context& context);
Response make_token(Context& context);
Response revoke_token(Context& context);
Response show_second_factor(Context& context);
Response begin_second_factor(Context& context);
Response confirm_second_factor(Context& context);
Response remove_second_factor(Context& context);
// access.cpp
Response list_sessions_of(Context& context);
Response end_sessions_of(Context& context);
Response list_tokens_of(Context& context);
Response revoke_tokens_of(Context& context);
Response set_one_time_password(Context& context);
Response remove_second_factor_of(Context& context);
// invitations.cpp
Response invite_firm(Context& context);
Response show_invitation(Context& context);
Response accept_invitation(Context& context);
// citizens.cpp
Response show_terms(Context& context);
Response sign_up_citizen(Context& context);
// oidc.cpp
Response list_providers(Context& context);
Response start_oidc(Context& context);
Response finish_oidc(Context& context);
Response link_identity(Context& context);
Response check_second_factor(Context& context);
Response list_identities(Context& context);
Response unlink_identity(Context& context);
Response list_identities_of(Context& context);
Response link_identity_of(Context& context);
Response unlink_identity_of(Context& context);
// records.cpp
Response list_records(Context& context);
Response show_record(Context& context);
Response show_history(Context& context);
Response show_proof(Context& context);
Response create_record(Context& context);
Response act_on_record(Context& context);
// bulk.cpp
Response act_on_many(Context& context);
// exports.cpp
Response export_records(Context& context);
// attachments.cpp
Response attach_file(Context& context);
Response list_attachments(Context& context);
Response show_content(Context& context);
// documents.cpp
Response issue_document(Context& context);
Response list_documents(Context& context);
Response finish_document(Context& context);
Response list_forms(Context& context);
Response verify_document(Context& context);
// views.cpp
Response list_views(Context& context);
Response save_view(Context& context);
Response change_view(Context& context);
Response drop_view(Context& context);
// work.cpp
Response show_work(Context& context);
// events.cpp
Response stream_events(Context& context);
// imports.cpp
Response begin_import(Context& context);
Response list_jobs(Context& context);
Response show_job(Context& context);
Response show_job_errors(Context& context);
Response undo_job(Context& context);
Response cancel_job(Context& context);
// personal_reads.cpp
Response list_personal_reads(Context& context);
// finding.cpp
Response suggest(Context& context);
Response show_actions(Context& context);
// meta.cpp
Response show_meta(Context& context);
Response show_openapi(Context& context);
// notices.cpp
Response list_notices(Context& context);
Response mark_notices(Context& context);
Response show_choice(Context& context);
Response keep_choice(Context& context);
// webhooks.cpp
Response list_webhooks(Context& context);
Response show_webhook(Context& context);
Response make_webhook(Context& context);
Response change_webhook(Context& context);
Response remove_webhook(Context& context);
Response rotate_webhook(Context& context);
Response test_webhook(Context& context);
Response list_deliveries(Context& context);
Response replay_delivery(Context& context);
Response list_targets(Context& context);
Response allow_target(Context& context);
Response forbid_target(Context& context);
// operations.cpp
Response show_health(Context& context);
Response show_readiness(Context& context);
Response show_metrics(Context& context);
// files.cpp
Response show_published(Context& context);
Response show_log_file(Context& context);

// Sets the cookies of whoever was let in.
void set_cookies(Request const& request, Response& response, Sessions::Opened const& opened);
// What the browser keeps of earlier sign-ins, "" without.
std::string known_device(Request const& request);
// The token of the request's cookie, "" without one.
std::string session_token(Request const& request);

}  // namespace plumbline::http
