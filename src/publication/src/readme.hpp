// The two README of a draw's folder: who was drawn first, then how anyone can check it.
#pragma once
#include <optional>
#include <string>

#include "publication/bodies.hpp"
#include "publication/folder_writer.hpp"

namespace plumbline::publication {

// What a README tells; texts of other people are escaped where they are put in.
struct ReadmeFacts {
  Plan plan;
  Hash plan_hash{};
  std::optional<Seed> seed;
  std::optional<DrawResult> result;
  std::vector<Assignment> assignment;  // after recusals
  std::optional<Open> open;
  std::optional<Void> voided;
  bool is_erased = false;
  bool is_sealed = false;
  ReaderFacts reader;
};

std::string readme_english(ReadmeFacts const& facts);
std::string readme_chinese(ReadmeFacts const& facts);

}  // namespace plumbline::publication
