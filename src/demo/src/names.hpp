// Invented names: people, firms, telephone numbers.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "chance.hpp"

namespace plumbline::demo {

struct Trade {
  std::string_view industry;  // GB/T 4754 class
  std::string_view words;     // in the firm's name
  std::string_view form;      // "有限公司"
  std::string_view tag;
  std::string_view uscc_kind;  // "91" enterprise, "92" individual household
  int weight;                  // how common outside a cluster
};
// The first is bearings.
std::span<Trade const> trades();
// Counties known for bearings; their bearing makers are half of all firms there.
bool makes_bearings(std::string_view county);

std::string person_name(Chance& chance);
std::string phone_number(Chance& chance);
// Place, made-up word, trade, form: "临清市恒瑞轴承有限公司".
std::string firm_name(Chance& chance, std::string_view place, Trade const& trade);

}  // namespace plumbline::demo
