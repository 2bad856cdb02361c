// The latest entry of every chain of a log. Most chains are records, <register>/<sid>, one per record of
// the city: they are kept in 56 bytes each in an open table; the few others by name.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"

namespace plumbline::publication {

class ChainHeads {
 public:
  ChainHeads();
  // Makes `head` the chain's latest entry and gives the one before it.
  std::optional<Hash> advance(std::string_view chain, Hash const& head);

 private:
  struct Slot {
    std::array<std::uint8_t, 16> sid{};
    std::uint32_t register_number = 0;  // 0: free
    Hash head{};
  };
  std::uint32_t register_number(std::string_view name);
  Slot& slot_of(std::array<std::uint8_t, 16> const& sid, std::uint32_t number);
  std::size_t place_of(std::array<std::uint8_t, 16> const& sid, std::uint32_t number) const;
  void grow();

  std::uint64_t key_[2];  // random: whoever writes the log cannot make its sids collide here
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> registers_;
  std::string latest_register_;
  std::uint32_t latest_number_ = 0;
  std::unordered_map<std::string, Hash> others_;
};

}  // namespace plumbline::publication
