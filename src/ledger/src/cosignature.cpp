#include "ledger/cosignature.hpp"

#include <stdexcept>

namespace plumbline::ledger {

std::string cosigned_message(std::string_view checkpoint_text, std::int64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(checkpoint_text);
}

SignatureLine cosign(std::string_view checkpoint_text, Signer const& witness, std::int64_t time_s) {
  if (witness.key().type != KeyType::cosignature_v1 || time_s < 0)
    throw std::invalid_argument("a cosignature needs a cosigner's key and a time since 1970");
  SignatureLine line{witness.key().name, witness.key().id, {}};
  append_u64(line.signature, static_cast<std::uint64_t>(time_s));
  append(line.signature, ByteView{witness.sign(bytes_of(cosigned_message(checkpoint_text, time_s)))});
  return line;
}

std::optional<std::int64_t> verify_cosignature(std::string_view checkpoint_text, SignatureLine const& line,
                                               VerifierKey const& witness) {
  if (witness.type != KeyType::cosignature_v1 || !line.is_of(witness) || line.signature.size() != 72)
    return {};
  std::uint64_t time_s = 0;
  for (auto const byte : ByteView{line.signature}.first(8)) time_s = time_s << 8 | byte;
  if (time_s > INT64_MAX) return {};
  auto const message = cosigned_message(checkpoint_text, static_cast<std::int64_t>(time_s));
  if (!verify_raw(witness, bytes_of(message), ByteView{line.signature}.subspan(8))) return {};
  return static_cast<std::int64_t>(time_s);
}

}  // namespace plumbline::ledger
