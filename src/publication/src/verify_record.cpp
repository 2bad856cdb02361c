#include "publication/verify_record.hpp"

#include "inclusion.hpp"
#include "ledger/tree.hpp"

namespace plumbline::publication {

Verdict<RecordReport> verify_record(std::string_view opening_text, std::string_view entry,
                                    std::optional<InLog> const& in_log) {
  auto const opening = ledger::parse_opening(opening_text);
  if (!opening) return Failure{opening.refusal().code, "opening", opening.refusal().detail};
  auto const leaf = ledger::parse_leaf(entry);
  if (!leaf) return Failure{leaf.refusal().code, "entry", leaf.refusal().detail};
  if (auto checked = ledger::verify_opening(*opening, *leaf); !checked)
    return Failure{checked.refusal().code, "opening", checked.refusal().detail};
  RecordReport report;
  report.seq = leaf->seq;
  report.subject = leaf->subject;
  report.type = leaf->type;
  report.time = ledger::format_leaf_time(leaf->time_s);
  for (auto const& field : opening->fields) {
    if (field.value) report.open.push_back(field.name);
    report.closed += !field.value;
  }
  if (!in_log) return report;
  auto const key = ledger::parse_vkey(in_log->vkey);
  if (!key || key->type != ledger::KeyType::ed25519)
    return Failure{"KEY_FORMAT", "", "not a verifier key of an Ed25519 log: name+id+base64"};
  auto const checkpoint =
      verify_inclusion_file(in_log->proof, *key, leaf->seq, ledger::leaf_hash(bytes_of(entry)), "proof");
  if (!checkpoint) return checkpoint.failure();
  report.log_size = checkpoint.report().checkpoint.size;
  return report;
}

Json to_json(RecordReport const& report) {
  Json open{Json::Array{}};
  for (auto const& name : report.open) open.push(name);
  Json json{Json::Object{}};
  json.set("ok", 1);
  json.set("seq", static_cast<std::int64_t>(report.seq));
  json.set("subject", report.subject);
  json.set("type", report.type);
  json.set("time", report.time);
  json.set("open", std::move(open));
  json.set("closed", static_cast<std::int64_t>(report.closed));
  if (report.log_size > 0) json.set("log_size", static_cast<std::int64_t>(report.log_size));
  return json;
}

}  // namespace plumbline::publication
