// SM2 signatures with SM3 (GB/T 32918.2-2016) through OpenSSL, with the signer's id fixed by
// GB/T 35276: 1234567812345678. Keys and signatures as bytes, so that nothing of OpenSSL shows outside.
#pragma once
#include <optional>

#include "base/bytes.hpp"

namespace plumbline::ledger::sm2 {

constexpr std::size_t public_key_bytes = 65;  // 0x04 ‖ x ‖ y
constexpr std::size_t secret_bytes = 32;      // the scalar, big endian

bool verify(ByteView public_key, ByteView message, ByteView signature_der);
Bytes sign(ByteView secret, ByteView message);  // DER; throws std::runtime_error
Bytes generate_secret();
// Nothing unless the scalar lies in [1, n − 2].
std::optional<Bytes> public_key_of(ByteView secret);

}  // namespace plumbline::ledger::sm2
