#include "firms.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/divisions.hpp"
#include "base/identifiers.hpp"
#include "names.hpp"

namespace plumbline::demo {

namespace {

constexpr std::int64_t each_trade_at_least = 4;
constexpr std::uint64_t serial_base = 300'000'000;  // organisation codes "MA…" of the last years
constexpr int one_in_has_second_site = 12;

struct Draft {
  std::string county;
  Trade const* trade = nullptr;
};

std::vector<std::string> bearing_counties(std::vector<std::string> const& counties) {
  std::vector<std::string> found;
  for (auto const& county : counties)
    if (makes_bearings(county)) found.push_back(county);
  return found.empty() ? counties : found;
}

Trade const& trade_in(Chance& chance, std::string const& county) {
  auto const all = trades();
  if (makes_bearings(county) && chance.below(2) == 0) return all[chance.below(2)];
  std::vector<int> weights;
  for (auto const& trade : all) weights.push_back(trade.weight);
  return all[chance.weighted(weights)];
}

// The first firms go round all trades, so that none is missing in a small city.
Draft place_firm(Chance& chance, std::vector<std::string> const& counties, std::int64_t number) {
  auto const all = trades();
  auto const count = static_cast<std::int64_t>(all.size());
  if (number >= each_trade_at_least * count) {
    std::string const& county = chance.pick(counties);
    return {county, &trade_in(chance, county)};
  }
  auto const& trade = all[static_cast<std::size_t>(number % count)];
  return {chance.pick(trade.tag == "轴承" ? bearing_counties(counties) : counties), &trade};
}

std::string address_in(Chance& chance, std::string const& county) {
  constexpr std::string_view roads[] = {"工业路", "建设路", "创业大道", "兴业街", "文化路",
                                        "新华路", "开发路", "温泉路",   "青年路", "古楼街"};
  auto const towns = division_children(county);
  std::string address = division_full_name(county);
  if (!towns.empty()) address += chance.pick(towns).name;
  address += chance.pick(roads);
  return address + std::to_string(1 + chance.below(299)) + "号";
}

struct ClassReason {
  std::string_view risk_class;
  std::string_view reason;
  int weight;
};
constexpr std::array<ClassReason, 4> class_reasons{{
    {"A", "连续三年无行政处罚记录，年报按期公示", 35},
    {"B", "信用指标处于全市中位，无重大失信记录", 40},
    {"C", "上年度有责令改正记录，年报逾期公示", 18},
    {"D", "近两年受过行政处罚或曾列入经营异常名录", 7},
}};

void add_class(Chance& chance, Json& firm) {
  constexpr std::array<int, 4> weights{class_reasons[0].weight, class_reasons[1].weight,
                                       class_reasons[2].weight, class_reasons[3].weight};
  auto const& given = class_reasons[chance.weighted(weights)];
  firm.set("risk_class", given.risk_class);
  firm.set("risk_class_reason", given.reason);
  firm.set("risk_class_from", "2026-01-01");
}

void add_status(Chance& chance, Json& firm) {
  auto const roll = chance.below(100);
  if (roll >= 6) return;
  std::string_view const status = roll < 3 ? "deregistered" : roll < 4 ? "revoked" : "abnormal";
  std::string_view const reason = roll < 3   ? "登记机关已核准注销"
                                  : roll < 4 ? "长期停业未经营，依法吊销营业执照"
                                             : "通过登记的住所无法联系";
  firm.set("status", status);
  firm.set("status_since", to_string(make_date(2025, 1 + static_cast<unsigned>(chance.below(12)), 15)));
  firm.set("status_reason", reason);
}

std::string unused_name(Chance& chance, std::string_view place, Trade const& trade,
                        std::set<std::string>& used) {
  constexpr int tries = 20;
  std::string name;
  for (int i = 0; i < tries; ++i) {
    name = firm_name(chance, place, trade);
    if (used.insert(name).second) break;
  }
  return name;  // as in life: some names occur twice, the USCC does not
}

Json firm_json(Chance& chance, Draft const& draft, std::int64_t number, std::set<std::string>& used) {
  auto const& trade = *draft.trade;
  std::string const gb2260 =
      draft.county + std::string(6 - std::min<std::size_t>(6, draft.county.size()), '0');
  auto const serial = serial_base + static_cast<std::uint64_t>(number) * 1009 + chance.below(1009);
  std::string const owner = person_name(chance);
  Json contact = object({{"person", owner}, {"phone", phone_number(chance)}, {"post", "法定代表人"}});
  Json firm;
  firm.set("name", unused_name(chance, division_name(draft.county).value_or(""), trade, used));
  firm.set("uscc", make_uscc(trade.uscc_kind, gb2260, serial).value());
  firm.set("region", draft.county);
  firm.set("address", address_in(chance, draft.county));
  firm.set("industry", trade.industry);
  firm.set("tags", texts({std::string(trade.tag)}));
  firm.set("legal_representative", owner);
  firm.set("contacts", Json(Json::Array{std::move(contact)}));
  add_class(chance, firm);
  if (number >= each_trade_at_least * static_cast<std::int64_t>(trades().size())) add_status(chance, firm);
  return firm;
}

}  // namespace

std::vector<std::string> counties_of(std::string const& prefecture) {
  std::vector<std::string> counties;
  for (auto const& division : division_children(prefecture))
    if (division.code.size() == 6 && division.name != "市辖区") counties.emplace_back(division.code);
  if (counties.empty()) counties.push_back(prefecture);
  return counties;
}

std::vector<Uuid> settle_firms(Hand& hand, CityOptions const& options, Uuid officer) {
  auto const counties = counties_of(options.prefecture);
  std::set<std::string> used;
  std::vector<kernel::Command> imports;
  std::vector<Draft> drafts;
  for (std::int64_t number = 0; number < options.firms; ++number) {
    std::string const label = std::to_string(number);
    Chance chance(options.seed, "firm-data/" + label);
    drafts.push_back(place_firm(chance, counties, number));
    imports.push_back(
        hand.make(Uuid{}, "firm", "import", label, firm_json(chance, drafts.back(), number, used)));
  }
  auto firms = hand.all(std::move(imports));
  std::vector<kernel::Command> sites;
  for (std::size_t i = 0; i < firms.size(); ++i) {
    Chance chance(options.seed, "site-data/" + std::to_string(i));
    if (chance.below(one_in_has_second_site) != 0) continue;
    auto const& county = drafts[i].county;
    sites.push_back(hand.make(officer, "site", "create", std::to_string(i),
                              object({{"firm", to_string(firms[i])},
                                      {"name", drafts[i].trade->uscc_kind == "92" ? "第二门店" : "第二厂区"},
                                      {"address", address_in(chance, county)},
                                      {"region", county}})));
  }
  hand.all(std::move(sites));
  return firms;
}

}  // namespace plumbline::demo
