// The latest entry of every chain of a log. Most chains are records, <register>/<sid>, one per record of
// the city: 52 bytes each, one after the other, found through an open table of 8 bytes a place. The few
// others are kept by name. Memory written for the first time is what costs here; the table alone is moved
// as it grows.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "base/large_pages.hpp"

namespace plumbline::publication {

class ChainHeads {
 public:
  ChainHeads();
  // Makes `head` the chain's latest entry and gives the one before it. Throws std::length_error above
  // 2^32 - 1 records.
  std::optional<Hash> advance(std::string_view chain, Hash const& head);

 private:
  using Sid = std::array<std::uint8_t, 16>;
  struct Record {
    Sid sid;
    std::uint32_t register_number;
    Hash head;
  };
  struct Place {
    std::uint32_t mark = 0;    // of the record's hash; where it belongs, and whether it is worth a look
    std::uint32_t record = 0;  // its number from 1; 0: free
  };
  using Block = std::vector<Record, LargePages<Record>>;  // records never move
  static constexpr std::size_t records_per_block = large_page_bytes / sizeof(Record);
  std::uint32_t register_number(std::string_view name);
  std::uint32_t mark_of(Sid const& sid, std::uint32_t register_number) const;
  Record& record(std::size_t number) {
    return blocks_[number / records_per_block][number % records_per_block];
  }
  void grow();

  std::uint64_t key_[2];  // random: whoever writes the log cannot make its sids collide here
  std::vector<Block> blocks_;
  std::size_t records_ = 0;
  std::vector<Place, LargePages<Place>> places_;
  std::map<std::string, std::uint32_t, std::less<>> registers_;
  std::string latest_register_;
  std::uint32_t latest_number_ = 0;
  std::unordered_map<std::string, Hash> others_;
};

}  // namespace plumbline::publication
