// Record ids as statements carry them: 16 bytes.
#pragma once
#include "base/bytes.hpp"
#include "base/uuid.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

inline Bytes id_bytes(Uuid const& id) { return {id.bytes.begin(), id.bytes.end()}; }
// Throws store::Error for anything that is not 16 bytes long.
Uuid uuid_from(store::Value const& value);

}  // namespace plumbline::kernel
