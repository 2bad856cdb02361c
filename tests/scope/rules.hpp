// Who may see what, written down by hand from the role matrix (rules.md, section 15) and the regions: the
// walk holds the server to this and to nothing the server computes.
#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace plumbline::scope {

// Places: C the city, O a county of it, Z a zone in that county, N the county beside it; B: both O and N.
constexpr bool reaches(char from, char place) {
  switch (from) {
    case 'C': return true;
    case 'O': return place == 'O' || place == 'Z' || place == 'B';
    case 'Z': return place == 'Z';
    case 'N': return place == 'N' || place == 'B';
    default: return false;
  }
}

// Somebody with one grant: a role at a place, or for a party ("Of": the firm f of the place O; "Oo": the
// bureau of O).
struct Seer {
  std::string role;
  char place = 0;
  std::string party;
  bool is_clear = false;  // personal data unmasked
};

struct Thing {
  std::string register_name;
  char place = 'C';
  std::string party;  // as in Seer; "": nobody's
  std::string owner;  // of an attachment: the register of the record it belongs to
};

inline constexpr std::string_view bureau =
    " leader plan_maker drawer inspector reviewer publisher officer credit_officer legal_reviewer superior "
    "auditor "
    "importer ";

struct Rule {
  std::string_view register_name;
  bool for_bureau;          // everybody who works in a bureau
  std::string_view others;  // roles beside
  bool for_firms;           // the firm it is about reads it
  bool for_bureaus;         // whoever acts for the bureau it is about reads it
};
inline constexpr std::array rules{
    Rule{"region", true, " system_administrator security_administrator ", false, false},
    Rule{"account", false, " security_administrator auditor ", false, false},
    Rule{"grant", false, " security_administrator audit_administrator auditor leader ", true, true},
    Rule{"attachment", true, "", true, true},  // and of what one reads only
    Rule{"document", true, "", true, true},    // and of what one reads only
    Rule{"document_slot", true, "", false, false},
    Rule{"access_measure", false, " security_administrator audit_administrator auditor ", false, false},
    Rule{"invitation", true, "", true, false},
    Rule{"sign_up", true, " system_administrator security_administrator ", false, false},
    Rule{"citizen", false, " security_administrator auditor ", false, false},
    Rule{"calendar_year", true, " system_administrator ", false, false},
    Rule{"firm", true, "", true, false},
    Rule{"site", true, "", true, false},
    Rule{"organisation", true, " system_administrator security_administrator ", false, true},
    Rule{"department", true, " system_administrator security_administrator ", false, true},
    Rule{"inspector", true, " system_administrator security_administrator ", false, false},
    Rule{"expert", true, " system_administrator ", false, false},
    Rule{"recusal_relation", true, "", false, false},
    Rule{"inspection_item", true, "", false, false},
    Rule{"annual_plan", true, "", false, true},
    Rule{"plan_batch", true, "", false, true},
    Rule{"draw_ceremony", true, "", false, false},
    Rule{"inspection_task", true, "", false, false},
    Rule{"task_tally", true, "", false, false},
    Rule{"check", true, "", true, false},
    Rule{"follow_up", true, "", true, false},
    Rule{"recusal", true, "", true, false},
    Rule{"visit_quota", true, "", false, false},
    Rule{"visit_limit", true, "", false, false},
    Rule{"patrol", true, "", true, false},
};

inline Rule const* rule_of(std::string_view register_name) {
  auto const found = std::ranges::find(rules, register_name, &Rule::register_name);
  return found == rules.end() ? nullptr : &*found;
}

inline bool reads_register(Seer const& seer, std::string_view register_name) {
  Rule const* rule = rule_of(register_name);
  if (rule == nullptr) return false;
  if (seer.place == 0)
    return seer.role == "firm" && (seer.party.ends_with('o') ? rule->for_bureaus : rule->for_firms);
  std::string const word = ' ' + seer.role + ' ';
  return (rule->for_bureau && bureau.find(word) != bureau.npos) || rule->others.find(word) != bureau.npos;
}

inline bool may_see(Seer const& seer, Thing const& thing) {
  if (!reads_register(seer, thing.register_name)) return false;
  if (!thing.owner.empty() && !reads_register(seer, thing.owner)) return false;
  return seer.place != 0 ? reaches(seer.place, thing.place) : seer.party == thing.party;
}

inline bool may_see_personal(Seer const& seer, Thing const& thing) {
  return seer.is_clear && seer.place != 0 && may_see(seer, thing);
}

enum class Walked {
  yes,   // says of records: walked below, as everybody
  own,   // says of the asker's own account only
  open,  // for everybody, and says of no register
};
struct RouteRule {
  std::string_view route;
  Walked walked;
};
// Every operation the server documents; one that is missing here fails the walk.
inline constexpr std::array routes{
    RouteRule{"GET /healthz", Walked::open},
    RouteRule{"GET /readyz", Walked::open},
    RouteRule{"GET /metrics", Walked::open},
    RouteRule{"GET /log/{path}", Walked::open},
    RouteRule{"GET /open/draws/{path}", Walked::open},
    RouteRule{"GET /v/{code}", Walked::open},  // by a code that only the paper tells
    RouteRule{"GET /api/v1/forms", Walked::open},
    RouteRule{"GET /api/v1/{register}/{id}/documents", Walked::yes},
    RouteRule{"POST /api/v1/{register}/{id}/documents", Walked::yes},
    RouteRule{"POST /api/v1/{register}/{id}/finish", Walked::yes},
    RouteRule{"GET /api/v1/openapi.json", Walked::open},
    RouteRule{"POST /api/v1/session", Walked::open},
    RouteRule{"GET /api/v1/session", Walked::yes},
    RouteRule{"DELETE /api/v1/session", Walked::own},
    RouteRule{"POST /api/v1/password", Walked::own},
    RouteRule{"GET /api/v1/sessions", Walked::yes},
    RouteRule{"DELETE /api/v1/sessions/{session}", Walked::own},
    RouteRule{"GET /api/v1/tokens", Walked::yes},
    RouteRule{"POST /api/v1/tokens", Walked::own},
    RouteRule{"DELETE /api/v1/tokens/{token}", Walked::own},
    RouteRule{"GET /api/v1/second-factor", Walked::yes},
    RouteRule{"POST /api/v1/second-factor", Walked::own},
    RouteRule{"POST /api/v1/second-factor/confirm", Walked::own},
    RouteRule{"POST /api/v1/second-factor/remove", Walked::own},
    RouteRule{"GET /api/v1/account/{id}/sessions", Walked::yes},
    RouteRule{"POST /api/v1/account/{id}/sessions/end", Walked::yes},
    RouteRule{"GET /api/v1/account/{id}/tokens", Walked::yes},
    RouteRule{"POST /api/v1/account/{id}/tokens/revoke", Walked::yes},
    RouteRule{"POST /api/v1/account/{id}/password", Walked::yes},
    RouteRule{"POST /api/v1/account/{id}/second-factor/remove", Walked::yes},
    RouteRule{"POST /api/v1/{register}/{id}/invitations", Walked::yes},
    RouteRule{"GET /api/v1/invitations/{code}", Walked::open},  // by a code that only the letter tells
    RouteRule{"POST /api/v1/invitations/{code}/accept", Walked::open},
    RouteRule{"GET /api/v1/citizens/terms", Walked::open},
    RouteRule{"POST /api/v1/citizens", Walked::open},
    RouteRule{"GET /api/v1/oidc/providers", Walked::open},
    RouteRule{"GET /api/v1/oidc/{provider}/start", Walked::open},
    RouteRule{"GET /api/v1/oidc/{provider}/callback", Walked::open},
    RouteRule{"POST /api/v1/oidc/{provider}/link", Walked::own},
    RouteRule{"POST /api/v1/second-factor/check", Walked::own},
    RouteRule{"GET /api/v1/identities", Walked::yes},
    RouteRule{"DELETE /api/v1/identities/{identity}", Walked::own},
    RouteRule{"GET /api/v1/account/{id}/identities", Walked::yes},
    RouteRule{"POST /api/v1/account/{id}/identities", Walked::yes},
    RouteRule{"POST /api/v1/account/{id}/identities/unlink", Walked::yes},
    RouteRule{"GET /api/v1/meta", Walked::yes},
    RouteRule{"GET /api/v1/work", Walked::yes},
    RouteRule{"GET /api/v1/views", Walked::yes},
    RouteRule{"POST /api/v1/views", Walked::yes},
    RouteRule{"PUT /api/v1/views/{view}", Walked::own},
    RouteRule{"DELETE /api/v1/views/{view}", Walked::own},
    RouteRule{"GET /api/v1/events", Walked::yes},
    RouteRule{"GET /api/v1/jobs", Walked::yes},
    RouteRule{"GET /api/v1/jobs/{job}", Walked::yes},
    RouteRule{"GET /api/v1/jobs/{job}/errors", Walked::yes},
    RouteRule{"POST /api/v1/jobs/{job}/cancel", Walked::yes},
    RouteRule{"POST /api/v1/jobs/{job}/undo", Walked::yes},
    RouteRule{"POST /api/v1/{register}/import", Walked::yes},
    RouteRule{"GET /api/v1/personal-reads", Walked::yes},
    RouteRule{"GET /api/v1/{register}/export", Walked::yes},
    RouteRule{"POST /api/v1/{register}/bulk", Walked::yes},
    RouteRule{"GET /api/v1/{register}/{id}/attachments", Walked::yes},
    RouteRule{"POST /api/v1/{register}/{id}/attachments", Walked::yes},
    RouteRule{"GET /api/v1/{register}/{id}/content", Walked::yes},
    RouteRule{"GET /api/v1/notices", Walked::own},  // titles only of what one sees
    RouteRule{"POST /api/v1/notices/read", Walked::own},
    RouteRule{"GET /api/v1/notice-choice", Walked::own},
    RouteRule{"PUT /api/v1/notice-choice", Walked::own},
    RouteRule{"GET /api/v1/webhooks", Walked::own},
    RouteRule{"POST /api/v1/webhooks", Walked::own},
    RouteRule{"GET /api/v1/webhooks/{webhook}", Walked::own},
    RouteRule{"PUT /api/v1/webhooks/{webhook}", Walked::own},
    RouteRule{"DELETE /api/v1/webhooks/{webhook}", Walked::own},
    RouteRule{"POST /api/v1/webhooks/{webhook}/rotate", Walked::own},
    RouteRule{"POST /api/v1/webhooks/{webhook}/test", Walked::own},
    RouteRule{"GET /api/v1/deliveries", Walked::own},  // everybody's: ids and errors, to one role
    RouteRule{"POST /api/v1/deliveries/{delivery}/replay", Walked::own},
    RouteRule{"GET /api/v1/webhook-targets", Walked::open},  // one role's, and says of no register
    RouteRule{"POST /api/v1/webhook-targets", Walked::open},
    RouteRule{"DELETE /api/v1/webhook-targets", Walked::open},
    RouteRule{"GET /api/v1/search", Walked::yes},
    RouteRule{"GET /api/v1/{register}", Walked::yes},
    RouteRule{"POST /api/v1/{register}", Walked::yes},
    RouteRule{"GET /api/v1/{register}/{id}", Walked::yes},
    RouteRule{"GET /api/v1/{register}/{id}/history", Walked::yes},
    RouteRule{"GET /api/v1/{register}/{id}/proof", Walked::yes},
    RouteRule{"GET /api/v1/{register}/{id}/actions", Walked::yes},
    RouteRule{"POST /api/v1/{register}/{id}/{action}", Walked::yes},
};

}  // namespace plumbline::scope
