#include "qr.hpp"

#include <qrencode.h>

#include <memory>
#include <stdexcept>

namespace plumbline::documents {

std::vector<std::vector<bool>> qr_modules(std::string const& text) {
  std::unique_ptr<QRcode, decltype(&QRcode_free)> const code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) throw std::runtime_error("no QR code holds this text");
  auto const width = static_cast<std::size_t>(code->width);
  std::vector<std::vector<bool>> rows(width, std::vector<bool>(width));
  for (std::size_t y = 0; y < width; ++y)
    for (std::size_t x = 0; x < width; ++x) rows[y][x] = (code->data[y * width + x] & 1U) != 0;
  return rows;
}

}  // namespace plumbline::documents
