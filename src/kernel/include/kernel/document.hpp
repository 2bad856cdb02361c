// Official documents: made from a record by a form (documents/form.hpp), numbered, printed, committed to the
// log by the digest of their bytes, and verified by whoever holds the paper.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "documents/form.hpp"
#include "kernel/register.hpp"
#include "kernel/system.hpp"

namespace plumbline::documents {
class Press;
}

namespace plumbline::kernel {

// Register "document": none → drawn_up → issued → superseded | withdrawn; drawn_up → spoiled.
struct Document {
  std::string form;
  std::string edition;
  std::string title;
  std::string title_en;
  std::string authority;
  std::string number;         // "3715检录〔2026〕1号"
  std::string code;           // unique; to verify by, as on the paper without its dashes
  std::string address;        // what the QR code opens
  std::string register_name;  // of the record it was made from
  Uuid record;
  std::int64_t record_version = 0;
  std::string values_blob;  // what stands on it, JSON; personal
  std::string pdf_blob;     // SHA-256 of its bytes, "" before it is issued; personal
  std::int64_t bytes = 0;
  std::int64_t pages = 0;
  Date issued_on;  // as printed
  std::optional<Uuid> supersedes;
  std::optional<Uuid> superseded_by;
  std::optional<Date> ended_on;
  std::string end_reason;
  std::int64_t reprints = 0;
  std::string reprint_reason;  // of the latest; the history has them all
  std::vector<std::string> regions;
  std::vector<Uuid> recipients;
};

// Register "document_slot": which document of a form counts for a record. One for each pair, so that there is
// one document at most.
struct DocumentSlot {
  std::string key;  // "<form>/<record>", unique
  std::optional<Uuid> current;
  std::vector<std::string> regions;
};

struct DrawUp {
  std::string form;
  std::string edition;
  std::string title;
  std::string title_en;
  std::string authority;
  std::string number;  // "" = the next of the series
  std::string series;
  std::string site;  // before "/v/" in the address
  std::string register_name;
  Uuid record;
  std::int64_t record_version = 0;
  std::string values_blob;
  bool to_parties = false;
  std::optional<Uuid> supersedes;
};
struct IssueDocument {
  std::string pdf_blob;
  std::int64_t bytes = 0;
  std::int64_t pages = 0;
};

Register document_register();
Register document_slot_register();

// What the log's entry "paper.issue" commits to: code and bytes, so that both must be in hand to find it, and
// the entry does not hold the digest by which an erased file would be kept.
Hash document_digest(std::string_view code, std::string_view pdf_sha256);

// The forms that travel inside the binary. Throws std::logic_error for a broken one: a defect found at start.
documents::FormBook house_forms();

// Gathers, prints, issues. Any number of threads.
class DocumentOffice {
 public:
  explicit DocumentOffice(System& system, documents::FormBook forms = house_forms());
  ~DocumentOffice();
  DocumentOffice(DocumentOffice const&) = delete;
  DocumentOffice& operator=(DocumentOffice const&) = delete;

  struct Wish {
    std::string form;
    std::string register_name;
    Uuid record;
    Json written;  // an object: the values that no record holds
    std::optional<Uuid> supersedes;
    std::string idempotency_key;
  };
  // Two acts: drawn up (number and code are taken), then issued with its bytes. Refused as the press does,
  // "not_found", "unknown_form", "no_form_in_force", "record_not_ready" (the form is not for such a record),
  // "document_exists", and by the desk.
  Result<Receipt> issue(Uuid account, Wish const& wish);
  // The second act alone, where a crash came between.
  Result<Receipt> finish(Uuid account, Uuid document);

  // Its bytes as they were issued. Where the store has lost them they are printed again, and given out only
  // if their digest is still the same. Refused "not_found".
  Result<std::string> content(Document const& document);
  // Printed again, whatever the store holds.
  Result<std::string> printed_again(Document const& document);

  // By the code as somebody typed it; nothing for one that no issued document has.
  std::optional<Found> verify(std::string_view typed);

  documents::FormBook const& forms() const { return forms_; }

 private:
  Result<std::string> print(Document const& document, int& pages);
  documents::Press& press();

  System& system_;
  documents::FormBook forms_;
  std::once_flag opened_;
  std::unique_ptr<documents::Press> press_;  // on first use: typefaces take a while to open
};

}  // namespace plumbline::kernel

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::Document>();
template <>
Type const& type_of<kernel::DocumentSlot>();
template <>
Type const& type_of<kernel::DrawUp>();
template <>
Type const& type_of<kernel::IssueDocument>();
}  // namespace plumbline::reflect
