#include "body.hpp"

#include <algorithm>
#include <stdexcept>

#include "ledger/leaf.hpp"
#include "reflect/json.hpp"

namespace plumbline::kernel {
namespace {

bool is_empty(std::string_view canonical) { return canonical == "\"\"" || canonical == "[]"; }

}  // namespace

std::string Body::text() const {
  std::string out = "{";
  for (auto const& member : members) {
    if (out.size() > 1) out += ',';
    out += '"';
    out += member.name;
    out += "\":";
    out += member.canonical;
  }
  return out += '}';
}

Hash Body::digest(ByteView salts) const {
  std::vector<Hash> commitments;
  commitments.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i)
    commitments.push_back(ledger::commitment(members[i].name, members[i].canonical,
                                             salts.subspan(i * ledger::salt_bytes, ledger::salt_bytes)));
  return ledger::record_digest(commitments);
}

BodyPlan::BodyPlan(Register const& reg) {
  sources_.push_back({"id", Part::id, nullptr});
  for (auto const& field : reg.type->fields) sources_.push_back({field.name, Part::record, &field});
  for (auto const& field : reflect::type_of<Envelope>().fields)
    sources_.push_back({field.name, Part::envelope, &field});
  std::ranges::sort(sources_, {}, &Source::name);
}

Body BodyPlan::compose(Uuid id, void const* record, Envelope const& envelope) const {
  Body body;
  body.members.reserve(sources_.size());
  for (auto const& source : sources_) {
    if (source.part == Part::id) {
      body.members.push_back({source.name, '"' + to_string(id) + '"'});
      continue;
    }
    void const* holder = source.part == Part::record ? record : &envelope;
    auto canonical = reflect::canonical_member(*source.field, holder);
    if (canonical && !is_empty(*canonical)) body.members.push_back({source.name, std::move(*canonical)});
  }
  return body;
}

OpenBody parse_body(Register const& reg, std::string_view text) {
  auto document = parse_json(text);
  if (!document || document->as_object() == nullptr)
    throw std::runtime_error("a stored body of register " + std::string(reg.name) + " is not JSON");
  auto const& envelope_type = reflect::type_of<Envelope>();
  OpenBody out{{}, reflect::Object(*reg.type), {}};
  Json::Object record_members;
  Json::Object envelope_members;
  for (auto& member : *document->as_object()) {
    if (member.first == "id") {
      auto const* id_text = member.second.as_text();
      if (auto const id = id_text == nullptr ? std::nullopt : parse_uuid(*id_text)) out.id = *id;
    } else if (envelope_type.find(member.first) != nullptr) {
      envelope_members.push_back(std::move(member));
    } else {
      record_members.push_back(std::move(member));
    }
  }
  reflect::read(Json(std::move(record_members)), *reg.type, out.record.data(), reflect::Source::history);
  reflect::read(Json(std::move(envelope_members)), envelope_type, &out.envelope, reflect::Source::history);
  return out;
}

std::vector<Committed> commitments_of(std::string_view body, ByteView salts, std::string_view closed) {
  std::vector<Committed> out;
  auto const document = parse_json(body);
  if (!document || document->as_object() == nullptr) throw std::runtime_error("stored body is not JSON");
  auto const& members = *document->as_object();
  if (salts.size() != members.size() * ledger::salt_bytes)
    throw std::runtime_error("salts do not fit the body");
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto const salt = salts.subspan(i * ledger::salt_bytes, ledger::salt_bytes);
    std::string canonical = write_canonical(members[i].second);
    Hash const value = ledger::commitment(members[i].first, canonical, salt);
    Hash kept{};
    std::ranges::copy(salt, kept.begin());
    out.push_back({members[i].first, value, std::move(canonical), kept});
  }
  if (!closed.empty()) {
    auto const list = parse_json(closed);
    if (!list || list->as_object() == nullptr) throw std::runtime_error("list of erased members is not JSON");
    for (auto const& [name, hex] : *list->as_object()) {
      auto const hash = hex.as_text() == nullptr ? std::nullopt : hash_from_hex(*hex.as_text());
      if (!hash) throw std::runtime_error("list of erased members holds no commitment");
      out.push_back({name, *hash, {}, {}});
    }
  }
  std::ranges::sort(out, {}, &Committed::name);
  return out;
}

Hash digest_of(std::vector<Committed> const& committed) {
  std::vector<Hash> hashes;
  hashes.reserve(committed.size());
  for (auto const& field : committed) hashes.push_back(field.commitment);
  return ledger::record_digest(hashes);
}

}  // namespace plumbline::kernel
