#include "ledger/witness.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/limits.hpp"
#include "ledger/cosignature.hpp"
#include "ledger/proof_file.hpp"
#include "text.hpp"

namespace plumbline::ledger {
namespace {

constexpr std::size_t proof_limit_hashes = 63;  // tlog-witness: more must not be sent

WitnessReply sentence(WitnessStatus status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + "\n"};
}

std::string with_line(SignedCheckpoint const& checkpoint, SignatureLine const& line) {
  auto note = checkpoint.note;
  note.signatures.push_back(line);
  return format_note(note);
}

// What the witness answers for each refusal of its own checks.
WitnessReply reply_for(Refusal const& refusal) {
  if (refusal.code == "unknown_log") return sentence(WitnessStatus::unknown_log, "unknown log");
  if (refusal.code == "CHECKPOINT_SIGNATURE")
    return sentence(WitnessStatus::no_signature, "no valid signature of a known key of that log");
  if (refusal.code == "old_size") return {WitnessStatus::conflict, "text/x.tlog.size", refusal.detail + "\n"};
  if (refusal.code == "LOG_FORKED")
    return sentence(WitnessStatus::conflict, "another root was cosigned at this size");
  if (refusal.code == "CONSISTENCY")
    return sentence(WitnessStatus::inconsistent, "the consistency proof does not verify");
  return sentence(WitnessStatus::malformed, "malformed request");
}

}  // namespace

std::optional<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  AddCheckpoint request;
  auto line = take_line(body);
  if (!line || !line->starts_with("old ")) return {};
  auto const old_size = parse_decimal(line->substr(4));
  if (!old_size) return {};
  request.old_size = *old_size;
  for (line = take_line(body); line && !line->empty(); line = take_line(body)) {
    auto const hash = parse_base64_hash(*line);
    if (!hash || request.proof.size() == proof_limit_hashes) return {};
    request.proof.push_back(*hash);
  }
  if (!line) return {};
  request.checkpoint = body;
  return request;
}

std::string format_add_checkpoint(AddCheckpoint const& request) {
  return "old " + std::to_string(request.old_size) + "\n" + format_hash_lines(request.proof) + "\n" +
         request.checkpoint;
}

std::vector<SignatureLine> cosignatures_in(std::string_view body, std::string_view checkpoint_text,
                                           VerifierKey const& witness) {
  auto lines = parse_signature_lines(body);
  if (!lines) return {};
  std::erase_if(
      *lines, [&](SignatureLine const& line) { return !verify_cosignature(checkpoint_text, line, witness); });
  return *std::move(lines);
}

Witness::Witness(std::filesystem::path state_folder, Signer const& cosigner, std::vector<VerifierKey> logs)
    : state_folder_(std::move(state_folder)), cosigner_(cosigner), lock_(lock(state_folder_)) {
  if (cosigner.key().type != KeyType::cosignature_v1)
    throw std::invalid_argument("a witness needs a cosigner's key");
  for (auto& key : logs) logs_[key.name].keys.push_back(std::move(key));
  for (auto& [origin, log] : logs_) {
    auto const text = read_text_file(state_path(origin), limits::ledger_note_bytes);
    if (!text) continue;
    auto state = read_checkpoint(*text);
    bool const own =
        state && state->checkpoint.origin == origin &&
        std::any_of(state->note.signatures.begin(), state->note.signatures.end(), [&](auto const& line) {
          return verify_cosignature(state->note.text, line, cosigner_.key()).has_value();
        });
    if (!own) throw std::runtime_error("the witness's memory of " + origin + " is damaged");
    log.latest = std::move(state).value().checkpoint;
  }
}

FileLock Witness::lock(std::filesystem::path const& state_folder) {
  auto lock = FileLock::acquire(state_folder / ".lock");
  if (!lock) throw std::runtime_error("another witness keeps its memory in " + state_folder.string());
  return *std::move(lock);
}

std::filesystem::path Witness::state_path(std::string const& origin) const {
  return state_folder_ / (to_hex(sha256(origin)) + ".checkpoint");
}

std::optional<Checkpoint> Witness::latest(std::string const& origin) const {
  std::lock_guard const guard(mutex_);
  auto const log = logs_.find(origin);
  return log == logs_.end() ? std::nullopt : log->second.latest;
}

Result<SignedCheckpoint> Witness::admit(std::string_view note) const {
  auto offered = read_checkpoint(note);
  if (!offered) return offered;
  auto const log = logs_.find(offered->checkpoint.origin);
  if (log == logs_.end()) return Refusal{"unknown_log", offered->checkpoint.origin, {}};
  bool valid = false;
  for (auto const& key : log->second.keys) {
    auto const check = check_signature(offered->note, key);
    if (check == LineCheck::invalid) return Refusal{"CHECKPOINT_SIGNATURE", key.name, {}};
    valid = valid || check == LineCheck::valid;
  }
  if (!valid) return Refusal{"CHECKPOINT_SIGNATURE", offered->checkpoint.origin, {}};
  return offered;
}

Result<SignatureLine> Witness::advance(SignedCheckpoint const& offered, std::uint64_t old_size,
                                       std::span<Hash const> proof, Instant now) {
  auto const& next = offered.checkpoint;
  auto& latest = logs_.find(next.origin)->second.latest;
  if (old_size > next.size) return Refusal{"request_format", "old size", {}};
  if (old_size != (latest ? latest->size : 0))
    return Refusal{"old_size", std::to_string(latest ? latest->size : 0), {}};
  if (latest && old_size == next.size) {
    if (!proof.empty()) return Refusal{"CONSISTENCY", "", {}};
    if (latest->root != next.root) return Refusal{"LOG_FORKED", std::to_string(next.size), {}};
  } else if (old_size == 0) {
    // Every tree begins with the empty one; there is nothing to prove, but an empty tree has one root.
    if (!proof.empty() || (next.size == 0 && next.root != empty_root()))
      return Refusal{"CONSISTENCY", "", {}};
  } else if (!verify_consistency(old_size, next.size, latest->root, next.root, proof)) {
    return Refusal{"CONSISTENCY", "", {}};
  }
  auto line = cosign(offered.note.text, cosigner_, now.seconds());
  write_file_durably(state_path(next.origin), format_note({offered.note.text, {line}}), 0600);
  latest = next;
  return line;
}

WitnessReply Witness::add_checkpoint(std::string_view body, Instant now) {
  std::lock_guard const guard(mutex_);
  auto const request = parse_add_checkpoint(body);
  if (!request) return reply_for({"request_format", "", {}});
  auto const offered = admit(request->checkpoint);
  if (!offered) return reply_for(offered.refusal());
  auto const line = advance(*offered, request->old_size, request->proof, now);
  if (!line) return reply_for(line.refusal());
  return {WitnessStatus::cosigned, "text/plain; charset=utf-8", format_signature_line(*line)};
}

Result<std::string> Witness::cosign_request(std::string_view body, Instant now) {
  std::lock_guard const guard(mutex_);
  auto const request = parse_add_checkpoint(body);
  if (!request) return Refusal{"request_format", "", {}};
  auto const offered = admit(request->checkpoint);
  if (!offered) return offered.refusal();
  auto const line = advance(*offered, request->old_size, request->proof, now);
  if (!line) return line.refusal();
  return with_line(*offered, *line);
}

Result<std::string> Witness::cosign_log(TileSource const& source, Instant now) {
  std::lock_guard const guard(mutex_);
  auto const file = source.read("checkpoint");
  if (!file) return Refusal{"FILE_MISSING", "checkpoint", {}};
  auto const offered = admit(text_of(*file));
  if (!offered) return offered.refusal();
  auto const& next = offered->checkpoint;
  auto const& latest = logs_.find(next.origin)->second.latest;
  auto const old_size = latest ? latest->size : 0;
  if (old_size > next.size) return Refusal{"LOG_SHRUNK", std::to_string(next.size), {}};
  auto const hashes = tile_hashes(source, next.size);
  auto const root = root_from(hashes, next.size);
  if (!root) return Refusal{"FILE_MISSING", "tile", {}};
  if (*root != next.root) return Refusal{"TILE_MISMATCH", "", {}};
  Proof proof;
  if (old_size != 0) {
    auto const old_root = root_from(hashes, old_size);
    if (old_root && *old_root != latest->root) return Refusal{"LOG_FORKED", std::to_string(old_size), {}};
    auto made = consistency_proof(hashes, old_size, next.size);
    if (!made) return Refusal{"FILE_MISSING", "tile", {}};
    proof = std::move(made).value();
  }
  auto const line = advance(*offered, old_size, proof, now);
  if (!line) return line.refusal();
  return with_line(*offered, *line);
}

}  // namespace plumbline::ledger
