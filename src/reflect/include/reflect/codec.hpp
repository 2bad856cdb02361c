// Between described structs and JSON. Two spellings of the same value:
//   ordinary   members in the order of the struct, true/false, absent optionals left out — API, files;
//   canonical  CJ: members by name, booleans 1/0, absent optionals left out — stored bodies, digests.
// Dates "YYYY-MM-DD", instants RFC 3339 UTC, money integer cents, decimals and uuids strings,
// enumerations their names. Readers take both spellings.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reflect/json.hpp"
#include "reflect/type.hpp"

namespace plumbline::reflect {

enum class Spelling : std::uint8_t { ordinary, canonical };
// Who may look: masked replaces personal fields as rules.md section 13 says (names to surname and
// stars, phones to 138****1234, other personal texts to "***"; personal members that are no texts are
// left out). published_only shows published members only, at every level; of personal ones only names,
// masked.
enum class Sight : std::uint8_t { all, masked, published_only };

void write(std::string& out, Type const& type, void const* value, Spelling spelling,
           Sight sight = Sight::all);
Json to_json(Type const& type, void const* value, Sight sight = Sight::all);

// From a stored body to an answer without an object in between: what is spelt alike is copied. The same text
// as write(…, Spelling::ordinary, sight) of what read(…, Source::history) makes of it, except that numbers
// and dates no caller could have stored come out as they stand there. Throws std::runtime_error for a text
// that write() never makes.
struct Member {
  std::string_view name;
  std::string_view value;  // as it stands in the text
};
std::vector<Member> canonical_members(std::string_view object);
// `members` by name ascending; those that the type does not have are passed over.
void respell(std::string& out, Type const& record, std::vector<Member> const& members, Sight sight);
void respell(std::string& out, Type const& type, std::string_view canonical, Sight sight);
// One member's value as canonical JSON, or nothing where it is an absent optional.
std::optional<std::string> canonical_member(Field const& field, void const* record);

// All problems with their JSON pointers, not just the first: wrong kind, unknown member, required
// member absent or empty, unknown enumerator, out of range, too long, wrong format, duplicate key, NUL,
// depth. The value is filled as far as it could be read. `Source::caller` refuses `system` fields
// ("read_only"); `Source::stored` takes them.
// `Source::history` takes bodies of any age: kinds, names and enumerators must be right, but today's
// rules (required, ranges, lengths, formats) do not bind yesterday.
//
// Texts of a caller are made NFC; nothing else is changed in them, and nothing in those of others.
//
// Members that do not stand in the document keep what the object holds. Besides `required` members,
// dates, instants and uuids that are not optional must be sent: they have no default.
//
// Codes: invalid_json too_deep duplicate_key nul · wrong_kind (detail: the kind expected) unknown_field
// required read_only unknown_value · out_of_range (detail "least..most") too_long too_short (detail: code
// points) too_many too_few (detail: items) · invalid_date invalid_instant invalid_uuid
// invalid_decimal invalid_utf8 control_character · and the codes of the formats.
enum class Source : std::uint8_t { caller, stored, history };
std::vector<Problem> read(std::string_view text, Type const& type, void* value,
                          Source source = Source::caller);
std::vector<Problem> read_document(Json const& document, Type const& type, void* value, Source source);
// A template, so that a text never turns into a Json that is a text.
template <std::same_as<Json> Document>
std::vector<Problem> read(Document const& document, Type const& type, void* value,
                          Source source = Source::caller) {
  return read_document(document, type, value, source);
}
// Only the checks on an object that is already filled (required, ranges, formats).
std::vector<Problem> validate(Type const& type, void const* value);

template <class T>
std::string to_text(T const& value, Spelling spelling = Spelling::ordinary) {
  std::string out;
  write(out, type_of<T>(), &value, spelling);
  return out;
}
template <class T>
std::vector<Problem> from_text(std::string_view text, T& value, Source source = Source::stored) {
  return read(text, type_of<T>(), &value, source);
}

// What people call an enumerator ("在业" for normal); "" where there is no label.
using Labels = std::function<std::string_view(Type const& enumeration, Enumerator const& enumerator)>;

// One cell of a CSV or XLSX file, as people write it, into a member (and back): dates in the shapes of
// an office (2025-03-01, 2025/3/1, 2025.3.1, 2025年3月1日, 20250301), times without an offset in legal time
// (UTC+08:00), numbers with separators and in full-width digits, money in yuan ("¥1,234.50"), 是 and 否,
// enumerators by name or by the given label, identifiers in any width and case. Lists of scalars are
// separated by ';' or '；' (an item holding one does not come back whole). A blank cell empties texts,
// lists and optionals and leaves other members alone. The first problem, with the member's path.
// Besides the codes of read(): invalid_boolean invalid_integer invalid_money, and no_cell for records
// and lists of them, which have no place in one cell. A written record is JSON.
std::optional<Problem> read_cell(std::string_view cell, Field const& field, void* record,
                                 Labels const* labels = nullptr);
std::string write_cell(Field const& field, void const* record, Labels const* labels = nullptr);

// JSON Schema 2020-12 of a described type, as a caller may send it; records and enumerations it uses
// stand under $defs. What JSON Schema has no word for: x-personal x-published x-unique x-lifted x-searched
// (true), x-refers-to (register), x-format (code of the format), x-kind (money: integer cents; decimal:
// text, its limits in x-minimum and x-maximum); `system` members are readOnly.
Json json_schema(Type const& type);

// What changed between two objects of one type: one row per member (lists and records by path). In
// lists equal items at both ends fall away, the rest is compared place by place.
struct Change {
  std::string path;    // JSON pointer
  std::string before;  // ordinary JSON, "" where absent
  std::string after;
  bool personal = false;
};
std::vector<Change> diff(Type const& type, void const* before, void const* after);

// Persisted names only grow. One line per persisted type, member and enumerator, sorted:
//   firm record     firm.name text     firm.tags list:text     firm.status enumeration:firm_status
//   firm_status enumeration     firm_status.normal enumerator
// Throws std::logic_error when two types bear one name.
std::vector<std::string> persisted_names(std::vector<Type const*> const& types);
// Lines of the lock file that no longer exist or changed kind; empty when all is well. Blank lines and
// those starting with '#' say nothing.
std::vector<std::string> broken_promises(std::vector<std::string> const& locked,
                                         std::vector<std::string> const& now);

}  // namespace plumbline::reflect
