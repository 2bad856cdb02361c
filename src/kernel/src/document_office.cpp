// From a record to an issued document, and back from a code to it.
#include <stdexcept>

#include "documents/code.hpp"
#include "documents/press.hpp"
#include "gathering.hpp"
#include "kernel/act.hpp"
#include "kernel/blobs.hpp"
#include "kernel/document.hpp"
#include "kernel/embedded.hpp"
#include "kernel/spelling.hpp"

namespace plumbline::kernel {
namespace {

// The log's origin is a URL without its scheme (C2SP tlog-checkpoint); its host is where the city is found.
std::string site_of(Settings const& settings) {
  return "https://" + settings.origin.substr(0, settings.origin.find('/'));
}

Json payload_of(documents::Form const& form, Json const& values, Found const& record) {
  auto const text = [&](std::string const& name) { return *values.find(name)->as_text(); };
  Json payload;
  payload.set("form", form.name);
  payload.set("edition", form.edition);
  payload.set("title", form.title);
  payload.set("title_en", form.title_en);
  payload.set("authority", text("authority"));
  payload.set("number", form.number_from.empty() ? "" : text(form.number_from));
  payload.set("series", form.series);
  payload.set("register_name", form.register_name);
  payload.set("record", to_string(record.id));
  payload.set("record_version", record.version);
  payload.set("to_parties", form.audience == documents::Audience::party);
  return payload;
}

Receipt receipt_of(Found const& found) { return {found.id, found.version, found.entry, found.state, true}; }

}  // namespace

documents::FormBook house_forms() {
  documents::FormBook book;
  for (auto const& file : embedded_files()) {
    if (!file.path.starts_with("forms/")) continue;
    auto form = documents::parse_form(file.content);
    if (!form) throw std::logic_error(std::string(file.path) + ": " + form.refusal().detail);
    if (auto added = book.add(*std::move(form)); !added)
      throw std::logic_error(std::string(file.path) + ": " + added.refusal().detail);
  }
  return book;
}

DocumentOffice::DocumentOffice(System& system, documents::FormBook forms)
    : system_(system), forms_(std::move(forms)) {}
DocumentOffice::~DocumentOffice() = default;

documents::Press& DocumentOffice::press() {
  std::call_once(opened_, [&] { press_ = std::make_unique<documents::Press>(); });
  return *press_;
}

Result<Receipt> DocumentOffice::issue(Uuid account, Wish const& wish) {
  auto const form = forms_.find(wish.form, legal_date(system_.clock().now()));
  if (!form) return form.refusal();
  if ((*form)->register_name != wish.register_name) return refuse("unknown_form", "/form", wish.form);
  auto const* reg = system_.catalogue().find(wish.register_name);
  if (reg == nullptr) return refuse("unknown_register", "", wish.register_name);
  auto const record = system_.reads().get(system_.viewer(account), wish.register_name, wish.record);
  if (!record) return refuse("not_found");
  auto const root = record_json(*reg, *record, reflect::Sight::all);
  if (auto const member = misfit(**form, root); !member.empty())
    return refuse("record_not_ready", "", member);
  auto const values = Gathering(system_).values(**form, root, wish.written);
  if (!values) return values.refusal();
  // Before a number is taken: what cannot be printed takes none.
  if (auto fit = press().check(**form, *values); !fit) return fit.refusal();
  auto const kept = system_.blobs().put(write_json(*values));
  if (!kept) return kept.refusal();
  auto payload = payload_of(**form, *values, *record);
  payload.set("values_blob", to_hex(kept->sha256));
  payload.set("site", site_of(system_.settings()));
  if (wish.supersedes) payload.set("supersedes", to_string(*wish.supersedes));
  Command command;
  command.register_name = "document";
  command.action = "draw_up";
  command.account = account;
  command.payload = write_json(payload);
  command.idempotency_key = wish.idempotency_key;
  auto const drawn_up = system_.act(std::move(command));
  if (!drawn_up) return drawn_up.refusal();
  return finish(account, drawn_up->record);
}

Result<Receipt> DocumentOffice::finish(Uuid account, Uuid id) {
  auto const found = system_.reads().get(system_.viewer(account), "document", id);
  if (!found) return refuse("not_found");
  if (found->state != "drawn_up") return receipt_of(*found);
  int pages = 0;
  auto const pdf = print(found->as<Document>(), pages);
  if (!pdf) return pdf.refusal();
  auto const kept = system_.blobs().put(*pdf);
  if (!kept) return kept.refusal();
  Json payload;
  payload.set("pdf_blob", to_hex(kept->sha256));
  payload.set("bytes", kept->bytes);
  payload.set("pages", pages);
  Command command;
  command.register_name = "document";
  command.action = "issue";
  command.record = id;
  command.version_seen = found->version;
  command.account = account;
  command.payload = write_json(payload);
  return system_.act(std::move(command));
}

Result<std::string> DocumentOffice::print(Document const& document, int& pages) {
  auto const* form = forms_.edition(document.form, document.edition);
  if (form == nullptr) return refuse("no_form_in_force", "", document.form + ' ' + document.edition);
  auto const hash = hash_from_hex(document.values_blob);
  auto const kept = hash ? system_.blobs().get(*hash) : std::nullopt;
  auto const values = kept ? parse_json(*kept) : Result<Json>(refuse("not_found"));
  if (!values) return refuse("not_found");
  auto printed = press().print(
      *form, *values,
      {document.number, documents::show_code(document.code), document.address, document.issued_on});
  if (!printed) return printed.refusal();
  pages = printed->pages;
  return std::move(printed->pdf);
}

Result<std::string> DocumentOffice::printed_again(Document const& document) {
  int pages = 0;
  return print(document, pages);
}

Result<std::string> DocumentOffice::content(Document const& document) {
  auto const hash = hash_from_hex(document.pdf_blob);
  if (!hash) return refuse("not_found");
  if (auto kept = system_.blobs().get(*hash)) return *std::move(kept);
  auto again = printed_again(document);
  if (!again || sha256(*again) != *hash) return refuse("not_found");
  return again;
}

std::optional<Found> DocumentOffice::verify(std::string_view typed) {
  auto const code = documents::parse_code(typed);
  if (!code) return {};
  auto found =
      system_.reads().find(system_viewer(system_.settings().jurisdiction), "document", "code", *code);
  if (!found || found->state == "drawn_up" || found->state == "spoiled") return {};
  return found;
}

}  // namespace plumbline::kernel
