// From a form and values to a PDF: A4 in the layout of GB/T 9704-2012, its typefaces embedded. The bytes are
// a function of what is given here and of the installed typefaces and libraries: no clock, no locale, no
// settings of the machine.
#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "documents/form.hpp"

namespace plumbline::documents {

struct Imprint {
  std::string number;   // "371500检〔2026〕1号"
  std::string code;     // as people type it: "7K3M-9QRT-…"
  std::string address;  // what the QR code opens
  Date issued_on;
};
struct Printed {
  std::string pdf;
  int pages = 0;
};

class Press {
 public:
  // Opens the typefaces, once. Throws std::runtime_error where they are not installed.
  Press();
  ~Press();
  Press(Press const&) = delete;
  Press& operator=(Press const&) = delete;

  // `values`: one object, member by field; dates "YYYY-MM-DD", lists arrays of objects. Any number of
  // threads may ask; limits::documents_at_once are served.
  // Refused "missing_field", "wrong_kind", "unknown_field" and "not_printable" (a character no typeface has,
  // or one that turns text around) with the path of each; "document_too_long", "document_too_large", "busy".
  Result<Printed> print(Form const& form, Json const& values, Imprint const& imprint);
  // Would these values be printed? The same refusals, without an answer on paper.
  Result<void> check(Form const& form, Json const& values) const;

 private:
  struct Engines;
  std::unique_ptr<Engines> engines_;
};

}  // namespace plumbline::documents
