// The values of a form from the records that hold them (forms/README.md).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "documents/form.hpp"
#include "kernel/reads.hpp"

namespace plumbline::kernel {

class System;

class Gathering {
 public:
  // Sees everything: whoever may issue the document has it whole.
  explicit Gathering(System& system);
  // `root`: the record as record_json has it. Members that no source fills are taken from `written`; what
  // else stands there is kept, for the press to refuse.
  Result<Json> values(documents::Form const& form, Json const& root, Json const& written);

 private:
  std::vector<Json> follow(Json const& from, std::string_view path);
  Result<Json> value(documents::Field const& field, Json const& item, Json const& root);
  Result<Json> rows(documents::Field const& field, Json const& root);
  Json in_words(documents::Field const& field, Json const& item, Json const& root);
  Json const* record(std::string const& register_name, std::string const& id);

  System& system_;
  Viewer viewer_;
  std::map<std::pair<std::string, std::string>, Json> seen_;
};

// Is the record what the form is for? "" or the first member that is not, with what it should be:
// "state: assigned, under_way".
std::string misfit(documents::Form const& form, Json const& record);

}  // namespace plumbline::kernel
