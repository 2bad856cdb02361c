#include "ledger/proof_file.hpp"

#include "text.hpp"

namespace plumbline::ledger {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::size_t path_limit_hashes = 64;  // a tree of 2^64 leaves

}  // namespace

std::optional<ProofFile> parse_proof_file(std::string_view text) {
  ProofFile proof;
  if (take_line(text) != first_line) return {};
  auto line = take_line(text);
  if (line && line->starts_with("extra ")) {
    auto extra = base64_decode(line->substr(6));
    if (!extra) return {};
    proof.extra = *std::move(extra);
    line = take_line(text);
  }
  if (!line || !line->starts_with("index ")) return {};
  auto const index = parse_decimal(line->substr(6));
  if (!index) return {};
  proof.index = *index;
  for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
    auto const hash = parse_base64_hash(*line);
    if (!hash || proof.path.size() == path_limit_hashes) return {};
    proof.path.push_back(*hash);
  }
  if (!line) return {};
  proof.checkpoint = text;
  return proof;
}

std::string format_proof_file(ProofFile const& proof) {
  std::string out(first_line);
  out += "\n";
  if (proof.extra) out += "extra " + base64_encode(*proof.extra) + "\n";
  out += "index " + std::to_string(proof.index) + "\n";
  return out + format_hash_lines(proof.path) + "\n" + proof.checkpoint;
}

std::string_view checkpoint_part(std::string_view text) {
  if (!text.starts_with(first_line)) return text;
  auto const blank = text.find("\n\n");
  return blank == std::string_view::npos ? text : text.substr(blank + 2);
}

std::optional<Proof> parse_hash_lines(std::string_view text) {
  Proof hashes;
  while (!text.empty()) {
    auto const line = take_line(text);
    auto const hash = line ? parse_base64_hash(*line) : std::nullopt;
    if (!hash || hashes.size() == 2 * path_limit_hashes) return {};
    hashes.push_back(*hash);
  }
  return hashes;
}

std::string format_hash_lines(std::span<Hash const> hashes) {
  std::string out;
  for (auto const& hash : hashes) out += base64_encode(hash) + "\n";
  return out;
}

}  // namespace plumbline::ledger
