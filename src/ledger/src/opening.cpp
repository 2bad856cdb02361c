#include <algorithm>
#include <initializer_list>
#include <stdexcept>

#include "ledger/leaf.hpp"
#include "reflect/json.hpp"

namespace plumbline::ledger {
namespace {

Refusal schema(std::string_view where) { return {"SCHEMA", std::string(where), {}}; }

// The document when it is a canonical object with exactly these members (which it has in order).
Result<Json> canonical_object(std::string_view text, std::initializer_list<std::string_view> members) {
  auto document = parse_canonical(text);
  if (!document) return Refusal{"NOT_CANONICAL", "", {}};
  auto const* object = document->as_object();
  if (object == nullptr || object->size() != members.size()) return schema("");
  for (auto const member : members)
    if (document->find(member) == nullptr) return schema(member);
  auto const* version = document->find("v")->as_integer();
  if (version == nullptr || *version != 1) return schema("v");
  return *std::move(document);
}

std::optional<std::uint64_t> sequence_of(Json const* value) {
  auto const* number = value == nullptr ? nullptr : value->as_integer();
  if (number == nullptr || *number < 0) return {};
  return static_cast<std::uint64_t>(*number);
}

std::optional<Hash> hash_of_member(Json const& object, std::string_view member) {
  auto const* value = object.find(member);
  auto const* text = value == nullptr ? nullptr : value->as_text();
  return text == nullptr ? std::nullopt : hash_from_hex(*text);
}

bool is_field_name(std::string_view name) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= 64 && letter(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::optional<OpenedField> field_of(Json const& item) {
  auto const* object = item.as_object();
  if (object == nullptr) return {};
  OpenedField field;
  auto const* name = item.find("name");
  auto const* name_text = name == nullptr ? nullptr : name->as_text();
  auto const given = hash_of_member(item, "commitment");
  if (name_text == nullptr || !is_field_name(*name_text) || !given) return {};
  field.name = *name_text;
  field.commitment = *given;
  if (object->size() == 2) return field;
  auto const* value = item.find("value");
  auto const salt = hash_of_member(item, "salt");
  if (object->size() != 4 || value == nullptr || !salt) return {};
  field.value = {write_canonical(*value), *salt};
  return field;
}

template <class T>
bool ascends(std::vector<T> const& values) {
  return std::adjacent_find(values.begin(), values.end(),
                            [](auto const& a, auto const& b) { return !(a < b); }) == values.end();
}

}  // namespace

Result<Opening> parse_opening(std::string_view text) {
  auto const document = canonical_object(text, {"fields", "seq", "v"});
  if (!document) return document.refusal();
  Opening opening;
  auto const seq = sequence_of(document->find("seq"));
  if (!seq) return schema("seq");
  opening.seq = *seq;
  auto const* fields = document->find("fields")->as_array();
  if (fields == nullptr) return schema("fields");
  for (auto const& item : *fields) {
    auto field = field_of(item);
    if (!field || (!opening.fields.empty() && !(opening.fields.back().name < field->name)))
      return schema("fields");
    opening.fields.push_back(*std::move(field));
  }
  return opening;
}

std::string format_opening(Opening const& opening) {
  Json fields{Json::Array{}};
  for (auto const& field : opening.fields) {
    Json item;
    item.set("commitment", to_hex(field.commitment));
    item.set("name", field.name);
    if (field.value) {
      auto value = parse_canonical(field.value->canonical);
      if (!value) throw std::invalid_argument("the value of " + field.name + " is not canonical JSON");
      item.set("salt", to_hex(field.value->salt));
      item.set("value", *std::move(value));
    }
    fields.push(std::move(item));
  }
  Json document;
  document.set("fields", std::move(fields));
  document.set("seq", static_cast<std::int64_t>(opening.seq));
  document.set("v", 1);
  return write_canonical(document);
}

Result<void> verify_opening(Opening const& opening, LeafView const& leaf) {
  if (opening.seq != leaf.seq) return Refusal{"SEQ_MISMATCH", std::to_string(leaf.seq), {}};
  std::vector<Hash> commitments;
  for (auto const& field : opening.fields) {
    if (field.value && commitment(field.name, field.value->canonical, field.value->salt) != field.commitment)
      return Refusal{"COMMITMENT_MISMATCH", field.name, {}};
    commitments.push_back(field.commitment);
  }
  if (record_digest(commitments) != leaf.digest) return Refusal{"DIGEST_MISMATCH", "", {}};
  return {};
}

Result<Erasure> parse_erasure(std::string_view text) {
  auto const document = canonical_object(text, {"fields", "ground", "seqs", "v"});
  if (!document) return document.refusal();
  Erasure erasure;
  auto const* fields = document->find("fields")->as_array();
  auto const* seqs = document->find("seqs")->as_array();
  auto const* ground = document->find("ground")->as_text();
  if (ground == nullptr || !is_code(*ground)) return schema("ground");
  erasure.ground = *ground;
  if (fields == nullptr || fields->empty()) return schema("fields");
  for (auto const& field : *fields) {
    if (field.as_text() == nullptr || !is_field_name(*field.as_text())) return schema("fields");
    erasure.fields.push_back(*field.as_text());
  }
  if (seqs == nullptr || seqs->empty()) return schema("seqs");
  for (auto const& item : *seqs) {
    auto const seq = sequence_of(&item);
    if (!seq) return schema("seqs");
    erasure.seqs.push_back(*seq);
  }
  if (!ascends(erasure.fields)) return schema("fields");
  if (!ascends(erasure.seqs)) return schema("seqs");
  return erasure;
}

std::string format_erasure(Erasure const& erasure) {
  Json document;
  document.set("fields", Json::Array(erasure.fields.begin(), erasure.fields.end()));
  document.set("ground", erasure.ground);
  Json seqs{Json::Array{}};
  for (auto const seq : erasure.seqs) seqs.push(static_cast<std::int64_t>(seq));
  document.set("seqs", std::move(seqs));
  document.set("v", 1);
  return write_canonical(document);
}

}  // namespace plumbline::ledger
