// QR codes (GB/T 18284, ISO/IEC 18004).
#pragma once
#include <string>
#include <vector>

namespace plumbline::documents {

// Rows of modules, true is dark; without the quiet zone. Error correction M: 15 %. Throws std::runtime_error
// for a text that no QR code holds.
std::vector<std::vector<bool>> qr_modules(std::string const& text);

}  // namespace plumbline::documents
