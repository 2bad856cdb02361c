// The register of official documents.
#include "kernel/document.hpp"

#include <chrono>

#include "documents/code.hpp"
#include "kernel/registers.hpp"

namespace plumbline::kernel {
namespace {

enum class DocumentState : std::uint8_t { none, drawn_up, issued, superseded, withdrawn, spoiled };

constexpr RoleSet issuers{Role::leader,    Role::plan_maker,     Role::drawer,
                          Role::inspector, Role::reviewer,       Role::publisher,
                          Role::officer,   Role::credit_officer, Role::legal_reviewer};

using S = DocumentState;
constexpr auto flow = workflow<DocumentState>({
    {S::none, "draw_up", S::drawn_up, issuers},
    {S::drawn_up, "issue", S::issued, issuers},
    // A number once taken stays in the series, and says what became of it.
    {S::drawn_up, "spoil", S::spoiled, issuers},
    {S::issued, "reprint", S::issued, issuers},
    {S::issued, "supersede", S::superseded, Role::system},
    {S::issued, "withdraw", S::withdrawn, {Role::leader, Role::legal_reviewer}},
});
static_assert(flow.sound());

enum class SlotState : std::uint8_t { none, kept };
constexpr auto slot_flow = workflow<SlotState>({
    {SlotState::none, "open", SlotState::kept, Role::system},
    {SlotState::kept, "fill", SlotState::kept, Role::system},
});
static_assert(slot_flow.sound());

std::string slot_key(Document const& document) { return document.form + '/' + to_string(document.record); }

std::optional<Uuid> current(Act& act, Document const& document) {
  auto const slot = act.find("document_slot", "key", slot_key(document));
  return slot ? act.load<DocumentSlot>("document_slot", *slot)->current : std::nullopt;
}

void make_current(Act& act, Document const& document, std::optional<Uuid> id) {
  auto const known = act.find("document_slot", "key", slot_key(document));
  auto& slot = known ? act.step<DocumentSlot>("document_slot", *known, "fill")
                     : act.create<DocumentSlot>("document_slot", "open", act.new_id());
  slot.key = slot_key(document);
  slot.regions = document.regions;
  slot.current = id;
}

// Where a document of this form counts for the record, only what supersedes it may be made.
Result<void> require_place(Act& act, Document const& document) {
  auto const standing = current(act, document);
  if (standing == document.supersedes) return {};
  return refuse("document_exists", "/supersedes", standing ? to_string(*standing) : "");
}

std::string number_of(Act& act, std::string const& word) {
  std::chrono::year_month_day const today{act.today().value};
  auto const year = std::to_string(static_cast<int>(today.year()));
  std::string const place(act.jurisdiction());
  auto const number = act.next_number(word + '/' + place + '/' + year);
  return place + word + "〔" + year + "〕" + std::to_string(number) + "号";
}

Result<void> draw_up(Act& act) {
  auto const& wanted = act.payload<DrawUp>();
  auto& document = act.record<Document>();
  if (!act.sees(wanted.register_name, wanted.record)) return refuse("unknown_record", "/record");
  document.form = wanted.form;
  document.edition = wanted.edition;
  document.title = wanted.title;
  document.title_en = wanted.title_en;
  document.authority = wanted.authority;
  document.register_name = wanted.register_name;
  document.record = wanted.record;
  document.record_version = wanted.record_version;
  document.values_blob = wanted.values_blob;
  document.supersedes = wanted.supersedes;
  if (auto free = require_place(act, document); !free) return free.refusal();
  auto const& placed = *act.envelope_of(wanted.register_name, wanted.record);
  document.regions = placed.scopes;
  if (wanted.to_parties)
    for (auto const& party : placed.parties) document.recipients.push_back(party.party);
  document.issued_on = act.today();
  document.code = documents::make_code();
  document.address = wanted.site + "/v/" + document.code;
  document.number = wanted.number.empty() ? number_of(act, wanted.series) : wanted.number;
  return {};
}

Result<void> issue(Act& act) {
  auto const& printed = act.payload<IssueDocument>();
  auto& document = act.record<Document>();
  if (auto free = require_place(act, document); !free) return free.refusal();
  if (document.supersedes) {
    auto& old = act.step<Document>("document", *document.supersedes, "supersede");
    old.superseded_by = act.id();
    old.ended_on = act.today();
  }
  make_current(act, document, act.id());
  document.pdf_blob = printed.pdf_blob;
  document.bytes = printed.bytes;
  document.pages = printed.pages;
  // Named by what only the paper tells, so that the log does not list the city's documents.
  constexpr std::size_t sid_digits = 32;
  act.log("paper.issue", "paper/" + to_hex(sha256(document.code)).substr(0, sid_digits),
          document_digest(document.code, document.pdf_blob));
  return {};
}

Result<void> end(Act& act) {
  auto& document = act.record<Document>();
  if (act.action() == "withdraw") make_current(act, document, std::nullopt);
  document.ended_on = act.today();
  document.end_reason = act.payload<Closing>().reason;
  return {};
}

Result<void> reprint(Act& act) {
  auto& document = act.record<Document>();
  ++document.reprints;
  document.reprint_reason = act.payload<Closing>().reason;
  return {};
}

Placement place(Uuid, void const* record) {
  auto const& document = *static_cast<Document const*>(record);
  Placement placement{document.regions, {}};
  for (auto const& party : document.recipients) placement.parties.push_back({party, "recipient"});
  return placement;
}

}  // namespace

Register document_slot_register() {
  Register slots;
  slots.name = "document_slot";
  slots.type = &reflect::type_of<DocumentSlot>();
  slots.states = {"none", "kept"};
  slots.steps = slot_flow.rows;
  slots.actions = {action("open"), action("fill")};
  slots.place = [](Uuid, void const* record) {
    return Placement{static_cast<DocumentSlot const*>(record)->regions, {}};
  };
  slots.party_readers = {};
  slots.title_field = "key";
  return slots;
}

Hash document_digest(std::string_view code, std::string_view pdf_sha256) {
  return sha256(std::string(code) + ' ' + std::string(pdf_sha256));
}

Register document_register() {
  Register documents;
  documents.name = "document";
  documents.type = &reflect::type_of<Document>();
  documents.states = {"none", "drawn_up", "issued", "superseded", "withdrawn", "spoiled"};
  documents.steps = flow.rows;
  documents.actions = {action<DrawUp>("draw_up", draw_up),
                       action<IssueDocument>("issue", issue),
                       action<Closing>("spoil", end),
                       action<Closing>("reprint", reprint),
                       action("supersede"),
                       action<Closing>("withdraw", end)};
  documents.place = place;
  documents.title_field = "title";
  return documents;
}

}  // namespace plumbline::kernel
