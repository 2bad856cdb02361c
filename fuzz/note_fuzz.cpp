// What a log and its witnesses write in lines of text: whatever is taken is written and taken again.
#include <cstdlib>
#include <string>

#include "ledger/checkpoint.hpp"
#include "ledger/cosignature.hpp"
#include "ledger/leaf.hpp"
#include "ledger/note.hpp"
#include "ledger/policy.hpp"
#include "ledger/proof_file.hpp"
#include "ledger/witness.hpp"

namespace {

using namespace plumbline::ledger;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_notes(std::string_view text) {
  if (auto const note = parse_note(text)) {
    require(format_note(*note) == text);
    for (auto const& line : note->signatures) require(!format_signature_line(line).empty());
  }
  if (auto const lines = parse_signature_lines(text)) {
    std::string all;
    for (auto const& line : *lines) all += format_signature_line(line);
    require(all == text);
  }
  if (auto const key = parse_vkey(text)) {
    auto const again = parse_vkey(format_vkey(*key));
    require(again && format_vkey(*again) == format_vkey(*key));
  }
}

void check_checkpoints(std::string_view text) {
  if (auto const checkpoint = parse_checkpoint(text)) require(format_checkpoint(*checkpoint) == text);
  auto const note = parse_note(text);
  if (note && read_checkpoint(text)) {
    for (auto const& line : note->signatures) {
      VerifierKey key;
      key.name = line.name;
      (void)verify_cosignature(text, line, key);
    }
  }
  if (auto const request = parse_add_checkpoint(text)) {
    auto const again = parse_add_checkpoint(format_add_checkpoint(*request));
    require(again && format_add_checkpoint(*again) == format_add_checkpoint(*request));
  }
}

void check_files(std::string_view text) {
  if (auto const proof = parse_proof_file(text)) {
    auto const again = parse_proof_file(format_proof_file(*proof));
    require(again && format_proof_file(*again) == format_proof_file(*proof));
  }
  if (auto const hashes = parse_hash_lines(text)) require(format_hash_lines(*hashes) == text);
  if (auto const policy = Policy::parse(std::string(text))) {
    if (auto const note = parse_note(text)) (void)policy->cosignatures(*note);
    (void)policy->fewest_witnesses();
  }
  if (auto const leaf = parse_leaf(text)) require(format_leaf(*leaf) == text);
  if (auto const opening = parse_opening(text)) {
    auto const again = parse_opening(format_opening(*opening));
    require(again.ok() && format_opening(*again) == format_opening(*opening));
  }
  if (auto const erasure = parse_erasure(text)) {
    auto const again = parse_erasure(format_erasure(*erasure));
    require(again.ok() && format_erasure(*again) == format_erasure(*erasure));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  check_notes(text);
  check_checkpoints(text);
  check_files(text);
  return 0;
}
