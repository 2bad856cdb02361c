// Browsers that somebody has signed in from before. Guesses of strangers delay a login (sessions.hpp); where
// its owner has been before they do not, or anybody could keep an office out of its own system. After OWASP's
// "device cookies".
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace plumbline::http {

class Devices {
 public:
  // The key is keys/device.key, made where it is missing.
  explicit Devices(std::filesystem::path const& folder);
  // For a browser in which this login has just been signed in to: "<32 hex>.<64 hex>".
  std::string make(std::string_view login) const;
  // The device's id, where the cookie was made here for this login.
  std::optional<std::string> known(std::string_view login, std::string_view cookie) const;

 private:
  std::string mac_of(std::string_view login, std::string_view id) const;
  Bytes key_;
};

}  // namespace plumbline::http
