#include "stats/draw.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "radix.hpp"
#include "systematic.hpp"

namespace plumbline::stats {
namespace {

constexpr std::uint64_t weight_sum_max = (std::uint64_t{1} << 63) - 1;

Hash salted_name(HashSuite suite, std::string_view label, std::string_view name, ByteView salt) {
  Bytes message;
  append(message, label);
  append_tlv(message, name);
  append_tlv(message, salt);
  return hash_of(suite, message);
}

// First eight bytes as a big-endian number: the order of the numbers is the order of the hashes.
std::uint64_t leading_u64(Hash const& hash) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | hash[i];
  return value;
}

// "dr1/ticket\n" ‖ seed ‖ TLV(stratum) stands ready; only the unit changes from call to call.
class TicketMaker {
 public:
  TicketMaker(HashSuite suite, Hash const& seed, std::string_view stratum)
      : hasher_(suite), message_(prefix(seed, stratum)), prefix_size_(message_.size()) {}
  Hash operator()(std::string_view unit) {
    message_.resize(prefix_size_);
    append_tlv(message_, unit);
    return hasher_.update(message_).finish();
  }

 private:
  static Bytes prefix(Hash const& seed, std::string_view stratum) {
    Bytes out;
    append(out, std::string_view("dr1/ticket\n"));
    append(out, ByteView(seed));
    append_tlv(out, stratum);
    return out;
  }

  Hasher hasher_;
  Bytes message_;
  std::size_t prefix_size_;
};

// A stratum's units in ticket order. places[k] is the k-th unit's place in the caller's list.
struct TicketOrder {
  std::vector<Hash> tickets;           // in the order of `members`
  std::vector<KeyedIndex> order;       // index: into members and tickets
  std::vector<std::uint32_t> members;  // indexes into the units given
};

// Units whose tickets share the first eight bytes stand together but in list order: settle them by
// (ticket, id bytes). A run is longer than one only by a 64-bit coincidence or a repeated id.
void settle_ties(TicketOrder& stratum, std::span<DrawUnit const> units) {
  auto& order = stratum.order;
  auto const before = [&](KeyedIndex const& a, KeyedIndex const& b) {
    Hash const& x = stratum.tickets[a.index];
    Hash const& y = stratum.tickets[b.index];
    if (x != y) return x < y;
    return units[stratum.members[a.index]].id < units[stratum.members[b.index]].id;
  };
  for (std::size_t first = 0; first + 1 < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && order[last].key == order[first].key) ++last;
    if (last - first > 1) std::sort(order.begin() + first, order.begin() + last, before);
    first = last;
  }
}

TicketOrder ticket_order(HashSuite suite, Hash const& seed, std::string_view stratum_id,
                         std::vector<std::uint32_t> members, std::span<DrawUnit const> units) {
  TicketOrder out;
  out.members = std::move(members);
  out.tickets.resize(out.members.size());
  out.order.resize(out.members.size());
  TicketMaker ticket(suite, seed, stratum_id);
  for (std::uint32_t k = 0; k < out.members.size(); ++k) {
    out.tickets[k] = ticket(units[out.members[k]].id);
    out.order[k] = {leading_u64(out.tickets[k]), k};
  }
  sort_by_key(out.order);
  settle_ties(out, units);
  return out;
}

bool has_duplicate_id(std::span<DrawUnit const> units) {
  std::vector<KeyedIndex> keyed(units.size());
  for (std::uint32_t i = 0; i < units.size(); ++i) keyed[i] = {std::hash<std::string_view>{}(units[i].id), i};
  sort_by_key(keyed);
  std::vector<std::string_view> same;  // a run of equal keys: sorted, so that chosen collisions cost n log n
  for (std::size_t first = 0; first < keyed.size();) {
    std::size_t last = first + 1;
    while (last < keyed.size() && keyed[last].key == keyed[first].key) ++last;
    if (last - first > 1) {
      same.clear();
      for (std::size_t k = first; k < last; ++k) same.push_back(units[keyed[k].index].id);
      std::sort(same.begin(), same.end());
      if (std::adjacent_find(same.begin(), same.end()) != same.end()) return true;
    }
    first = last;
  }
  return false;
}

Result<void> check_strata(std::span<DrawStratum const> strata) {
  std::vector<std::string_view> ids;
  for (auto const& stratum : strata) ids.push_back(stratum.id);
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end())
    return Refusal{"duplicate_stratum", "duplicate stratum id", {}};
  return {};
}

// Members of each stratum in list order; refuses what draw.md section 1 refuses.
Result<std::vector<std::vector<std::uint32_t>>> checked_members(std::span<DrawStratum const> strata,
                                                                std::span<DrawUnit const> units) {
  if (auto fine = check_strata(strata); !fine) return fine.refusal();
  if (units.size() > std::numeric_limits<std::uint32_t>::max())
    return Refusal{"too_many_units", "more than 2^32-1 units", {}};
  std::vector<std::uint32_t> sizes(strata.size());
  for (auto const& unit : units) {
    if (unit.stratum >= strata.size())
      return Refusal{"unknown_stratum", "unit of a stratum not in the plan", {}};
    if (unit.weight == 0) return Refusal{"zero_weight", "weight is zero", {}};
    ++sizes[unit.stratum];
  }
  if (has_duplicate_id(units)) return Refusal{"duplicate_unit_id", "duplicate unit id", {}};

  std::vector<std::vector<std::uint32_t>> members(strata.size());
  for (std::size_t s = 0; s < strata.size(); ++s) members[s].reserve(sizes[s]);
  for (std::uint32_t i = 0; i < units.size(); ++i) members[units[i].stratum].push_back(i);
  return members;
}

DrawnUnit certain_unit(TicketOrder const& stratum, KeyedIndex at) {
  return {stratum.members[at.index], 1, 1, stratum.tickets[at.index]};
}

// draw.md section 4: rounds, until nobody is added, of "certain is who has n'*w >= W", n' and W taken at
// the start of the round. Marks by member; gives n' and W of the rest.
struct Certainty {
  std::vector<std::uint8_t> is_certain;
  std::uint64_t n_random = 0;
  std::uint64_t weight = 0;
};
Certainty find_certain(TicketOrder const& stratum, std::uint64_t n, std::uint64_t total_weight,
                       std::span<DrawUnit const> units) {
  Certainty out{std::vector<std::uint8_t>(stratum.members.size()), n, total_weight};
  for (bool added = true; added;) {
    added = false;
    std::uint64_t taken_count = 0;
    std::uint64_t taken_weight = 0;
    for (std::size_t k = 0; k < stratum.members.size(); ++k) {
      std::uint64_t const weight = units[stratum.members[k]].weight;
      if (out.is_certain[k] || out.n_random * weight < out.weight)
        continue;  // n*W fits 63 bits, so n'*w does
      out.is_certain[k] = 1;
      ++taken_count;
      taken_weight += weight;
      added = true;
    }
    out.n_random -= taken_count;
    out.weight -= taken_weight;
  }
  return out;
}

void select_systematically(StratumResult& out, TicketOrder const& stratum, Certainty const& certainty,
                           std::uint64_t reserves, std::span<DrawUnit const> units) {
  SystematicSelection selection(certainty.n_random, certainty.weight, out.r);
  for (auto const& at : stratum.order) {
    if (certainty.is_certain[at.index]) {
      out.certain.push_back(certain_unit(stratum, at));
      continue;
    }
    std::uint32_t const unit = stratum.members[at.index];
    std::uint64_t const weight = units[unit].weight;
    if (selection.hits_next(weight))
      out.selected.push_back({unit, selection.share(weight), certainty.weight, stratum.tickets[at.index]});
    else if (out.reserves.size() < reserves)
      out.reserves.push_back({unit, 0, 1, stratum.tickets[at.index]});
  }
}

Result<StratumResult> draw_stratum(HashSuite suite, Hash const& seed, DrawStratum const& plan,
                                   std::vector<std::uint32_t> members, std::span<DrawUnit const> units) {
  StratumResult out;
  out.N = members.size();
  out.n = plan.n;
  for (auto member : members) out.W += units[member].weight;
  if (plan.n > 0 && out.W > weight_sum_max / plan.n)
    return Refusal{"weight_overflow", "n*W exceeds 2^63-1", {}};
  bool const nobody = plan.n == 0;
  if (nobody && plan.reserves == 0) return out;

  TicketOrder const stratum = ticket_order(suite, seed, plan.id, std::move(members), units);
  if (nobody) {
    std::size_t const named = std::min<std::uint64_t>(plan.reserves, out.N);
    for (std::size_t k = 0; k < named; ++k) {
      auto const index = stratum.order[k].index;
      out.reserves.push_back({stratum.members[index], 0, 1, stratum.tickets[index]});
    }
    return out;
  }
  if (plan.n >= out.N) {
    out.W = 0;
    out.certain.reserve(out.N);
    for (auto const& at : stratum.order) out.certain.push_back(certain_unit(stratum, at));
    return out;
  }
  Certainty const certainty = find_certain(stratum, plan.n, static_cast<std::uint64_t>(out.W), units);
  out.n_random = certainty.n_random;
  out.W = certainty.weight;
  auto const start = draw_start(suite, seed, plan.id, certainty.weight);
  out.r = start.r;
  out.start_attempts = start.attempts;
  out.certain.reserve(plan.n - certainty.n_random);
  out.selected.reserve(certainty.n_random);
  select_systematically(out, stratum, certainty, plan.reserves, units);
  return out;
}

}  // namespace

std::string to_string(Uint128 value) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Hash unit_pid(HashSuite suite, std::string_view identifier, ByteView salt) {
  return salted_name(suite, "dr1/unit\n", identifier, salt);
}

Hash inspector_pid(HashSuite suite, std::string_view certificate, ByteView salt) {
  return salted_name(suite, "dr1/inspector\n", certificate, salt);
}

Hash source_commitment(std::string_view ceremony, std::string_view source, ByteView value) {
  Bytes message;
  append(message, std::string_view("dr1/commit\n"));
  append_tlv(message, ceremony);
  append_tlv(message, source);
  append_tlv(message, value);
  return sha256(message);
}

Hash draw_seed(HashSuite suite, std::string_view draw_id, Hash const& plan_hash,
               std::span<SeedSource const> sources) {
  Bytes message;
  append(message, std::string_view("dr1/seed\n"));
  append_tlv(message, draw_id);
  append_tlv(message, ByteView(plan_hash));
  append_u32(message, static_cast<std::uint32_t>(sources.size()));
  for (auto const& source : sources) {
    append_tlv(message, source.id);
    append_tlv(message, ByteView(source.value));
  }
  return hash_of(suite, message);
}

Hash draw_ticket(HashSuite suite, Hash const& seed, std::string_view stratum, std::string_view unit) {
  return TicketMaker(suite, seed, stratum)(unit);
}

DrawStart draw_start(HashSuite suite, Hash const& seed, std::string_view stratum,
                     std::uint64_t total_weight) {
  Bytes message;
  append(message, std::string_view("dr1/start\n"));
  append(message, ByteView(seed));
  append_tlv(message, stratum);
  std::size_t const prefix_size = message.size();
  // Words at and above 2^64 - (2^64 mod W) would favour small remainders; 0 - W wraps to 2^64 - W.
  std::uint64_t const surplus = (0 - total_weight) % total_weight;
  for (std::uint32_t attempt = 0;; ++attempt) {
    message.resize(prefix_size);
    append_u32(message, attempt);
    std::uint64_t const word = leading_u64(hash_of(suite, message));
    if (surplus == 0 || word < 0 - surplus) return {word % total_weight, attempt + 1};
  }
}

Result<std::vector<StratumResult>> draw(HashSuite suite, Hash const& seed,
                                        std::span<DrawStratum const> strata,
                                        std::span<DrawUnit const> units) {
  auto members = checked_members(strata, units);
  if (!members) return members.refusal();
  std::vector<StratumResult> out;
  out.reserve(strata.size());
  for (std::size_t s = 0; s < strata.size(); ++s) {
    auto result = draw_stratum(suite, seed, strata[s], std::move((*members)[s]), units);
    if (!result) return result.refusal();
    out.push_back(std::move(*result));
  }
  return out;
}

}  // namespace plumbline::stats
