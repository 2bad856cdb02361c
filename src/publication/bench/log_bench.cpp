#include "publication_bench/log_bench.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "ledger/checkpoint.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"
#include "ledger/leaf.hpp"
#include "ledger/tile.hpp"
#include "publication/file_source.hpp"
#include "publication/verify_log.hpp"

namespace plumbline::publication {
namespace {

constexpr std::int64_t start_s = 1'735'700'000;

struct MadeLog {
  std::string vkey;
  Bytes leaves;  // one after the other
  std::vector<std::uint32_t> lengths;
  std::uint64_t chains = 0;
};

// Version i of record i mod chains, spread so that neighbours are different records.
class LogMaker {
 public:
  LogMaker(std::filesystem::path folder, std::uint64_t entries)
      : entries_(entries), chains_(std::max<std::uint64_t>(entries / 3, 1)), sink_(std::move(folder)) {}

  MadeLog make() {
    heads_.resize(chains_);
    append("ledger.genesis", "ledger", {});
    for (std::uint64_t i = 1; i < entries_; ++i) {
      auto const chain = i * 1'000'003 % chains_;
      append("archive.firm.put", "archive.firm/" + to_hex(sha256(std::to_string(chain))).substr(0, 32),
             &heads_[chain]);
    }
    finish();
    made_.chains = chains_;
    return std::move(made_);
  }

 private:
  void append(std::string_view type, std::string const& subject, std::optional<Hash>* head) {
    ledger::LeafView leaf;
    leaf.actor = "u-0123456789abcdef0123456789abcdef";
    leaf.digest = sha256(subject);
    leaf.seq = builder_.size();
    leaf.subject = subject;
    leaf.time_s = start_s + static_cast<std::int64_t>(leaf.seq / 10);
    leaf.type = type;
    if (head != nullptr) leaf.prev = *head;
    auto const text = ledger::format_leaf(leaf);
    if (head != nullptr) *head = ledger::leaf_hash(bytes_of(text));
    if (!builder_.append(bytes_of(text), sink_)) throw std::runtime_error("the folder is not empty");
    plumbline::append(made_.leaves, std::string_view(text));
    made_.lengths.push_back(static_cast<std::uint32_t>(text.size()));
  }
  void finish() {
    if (!builder_.flush(sink_)) throw std::runtime_error("the folder is not empty");
    auto const key = ledger::SecretKey::generate("bench.example/log", ledger::KeyType::ed25519);
    auto const signer = key.signer();
    ledger::Signer const* const signers[] = {signer.get()};
    auto const checkpoint =
        ledger::sign_checkpoint({key.key().name, builder_.size(), builder_.root()}, signers);
    ledger::write_file_durably(sink_.folder() / "checkpoint", ledger::format_note(checkpoint.note));
    made_.vkey = ledger::format_vkey(key.key());
  }

  std::uint64_t entries_, chains_;
  ledger::TileFolder sink_;
  ledger::TileBuilder builder_;
  std::vector<std::optional<Hash>> heads_;
  MadeLog made_;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double time_verify(std::filesystem::path const& folder, MadeLog const& made) {
  LogVerifyOptions options;
  options.vkey = made.vkey;
  auto const start = std::chrono::steady_clock::now();
  auto const verdict = verify_log(FolderSource(folder), options);
  double const seconds = seconds_since(start);
  if (!verdict || !verdict.report().entries_checked)
    throw std::logic_error("the bench's own log was refused");
  return seconds;
}

// As many nodes as leaves but one, each 65 bytes; what they hold does not change the time.
double time_bare(MadeLog const& made) {
  auto const start = std::chrono::steady_clock::now();
  Hasher hasher;
  std::array<std::uint8_t, 1024> message{};
  std::uint8_t const* leaf = made.leaves.data();
  for (auto const length : made.lengths) {
    std::memcpy(message.data() + 1, leaf, length);
    auto const hash = hasher.update(ByteView(message).first(length + 1)).finish();
    std::memcpy(message.data() + 1, hash.data(), hash.size());
    leaf += length;
  }
  for (std::size_t i = 1; i < made.lengths.size(); ++i) {
    auto const hash = hasher.update(ByteView(message).first(65)).finish();
    std::memcpy(message.data() + 1, hash.data(), hash.size());
  }
  return seconds_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

LogBench bench_log_verify(std::filesystem::path const& folder, std::uint64_t entries, unsigned repeats) {
  auto const made = LogMaker(folder, entries).make();
  std::vector<double> seconds, bare, ratios;
  for (unsigned i = 0; i < std::max(repeats, 1U); ++i) {
    seconds.push_back(time_verify(folder, made));
    bare.push_back(time_bare(made));
    ratios.push_back(bare.back() / seconds.back());
  }
  return {entries, made.chains, made.leaves.size(), median(seconds), median(bare), median(ratios)};
}

}  // namespace plumbline::publication
