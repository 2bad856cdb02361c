// A matrix of bits, one row per target: set operations on 64 inspectors at a time.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plumbline::stats {

class BitRows {
 public:
  BitRows(std::size_t rows, std::size_t columns) : words_((columns + 63) / 64), bits_(rows * words_) {}
  std::size_t words() const { return words_; }
  bool test(std::size_t row, std::size_t column) const {
    return (bits_[row * words_ + column / 64] >> (column % 64) & 1) != 0;
  }
  void set(std::size_t row, std::size_t column) { bits_[row * words_ + column / 64] |= bit(column); }
  void clear(std::size_t row, std::size_t column) { bits_[row * words_ + column / 64] &= ~bit(column); }
  std::span<std::uint64_t const> row(std::size_t index) const {
    return {bits_.data() + index * words_, words_};
  }

 private:
  static std::uint64_t bit(std::size_t column) { return std::uint64_t{1} << (column % 64); }
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace plumbline::stats
