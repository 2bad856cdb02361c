// What the routes under /api/v1/{register} share.
#pragma once
#include <initializer_list>
#include <string_view>

#include "base/result.hpp"
#include "context.hpp"
#include "kernel/command.hpp"
#include "kernel/reads.hpp"

namespace plumbline::http {

// The register of the path. Refused "unknown_register".
Result<kernel::Register const*> register_of(Context const& context);

// The record of the path, as far as the viewer's sight goes. Refused "not_found".
struct Wanted {
  kernel::Register const* reg = nullptr;
  kernel::Viewer viewer;
  kernel::Found found;
};
Result<Wanted> wanted_record(Context const& context);

// filter[field]=value, filter[field]=a,b (any of them), filter[field][ge]=value, search, sort, limit, cursor,
// total. Refused "out_of_range", "search_too_short", "unknown_parameter" but for `others`.
struct Listing {
  kernel::Query query;
  bool with_total = false;
};
Result<Listing> listing_of(Request const& request, std::initializer_list<std::string_view> others = {});

// Has the viewer any grant that shows records of this register? Which, the statement decides.
bool may_read(kernel::Viewer const& viewer, kernel::Register const& reg);

// Refused "out_of_range".
Result<int> page_limit(std::string const& text);

// What belongs to a record in another register ("attachment", "document"): by its register_name and record.
kernel::Query of_record(Wanted const& owner);
// That as a list like any other, of the record of the path; `state` "": in every state.
Response list_of_record(Context& context, std::string_view register_name, std::string_view state = "");

Json receipt_json(kernel::Receipt const& done);
// Actions that people take through an address of their own, and what they are told elsewhere.
std::optional<Refusal> own_address_of(kernel::Register const& reg, std::string_view action);

// The content of a record of the register "document".
Response show_document(Context& context, Wanted const& wanted);

// Refused "too_long".
Result<std::string> idempotency_key(Request const& request);

// Somebody is about to see personal data unmasked: nothing is shown before that is written down. `records`
// says which, as far as it is short.
Result<void> note_personal_read(Context const& context, kernel::Register const& reg,
                                kernel::Viewer const& viewer, std::string_view what, std::string records);
// The same where the caller knows that it shows such data, of several registers perhaps.
Result<void> write_personal_read(Context const& context, std::string register_names, std::string_view what,
                                 std::string records);

}  // namespace plumbline::http
