#include "office.hpp"

#include <array>

#include "archive/api.hpp"
#include "base/divisions.hpp"
#include "firms.hpp"
#include "kernel/grants.hpp"
#include "kernel/reads.hpp"
#include "names.hpp"

namespace plumbline::demo {

namespace {

constexpr std::size_t shown_inspectors = 2;

struct RoleAccount {
  std::string_view login;
  std::string_view role;
};
constexpr RoleAccount role_accounts[] = {
    {"sysadmin", "system_administrator"},
    {"security", "security_administrator"},
    {"audit", "audit_administrator"},
    {"leader", "leader"},
    {"planner", "plan_maker"},
    {"drawer", "drawer"},
    {"recorder", "drawer"},
    {"reviewer", "reviewer"},
    {"publisher", "publisher"},
    {"officer", "officer"},
    {"credit", "credit_officer"},
    {"legal", "legal_reviewer"},
    {"superior", "superior"},
    {"auditor", "auditor"},
    {"importer", "importer"},
    {"sampler", "sampler"},
    // What these work with comes with their modules; until then they sign in and find little.
    {"laboratory", "laboratory"},
    {"institute", "institute"},
    {"workstation", "workstation"},
    {"expert", "expert"},
    {"citizen", "citizen"},
};

kernel::Command account_command(Hand& hand, std::string const& login) {
  Chance chance(hand.seed(), "person/" + login);
  return hand.make(Uuid{}, "account", "create", login,
                   object({{"login", login}, {"name", person_name(chance)}}));
}

kernel::Command grant_command(Hand& hand, std::string const& login, Uuid account, std::string_view role,
                              std::string const& scope, std::optional<Uuid> party = std::nullopt) {
  Json grant = object({{"account", to_string(account)},
                       {"role", role},
                       {"personal", "clear"},
                       {"valid_from", to_string(legal_date(hand.clock().now()))},
                       {"reason", "演示"}});
  if (party)
    grant.set("party", to_string(*party));
  else
    grant.set("scope", scope);
  return hand.make(Uuid{}, "grant", "give", login, grant);
}

void employ(Hand& hand, City& city, std::vector<DemoAccount> const& people) {
  std::vector<kernel::Command> commands;
  for (auto const& person : people) commands.push_back(account_command(hand, person.login));
  auto const accounts = hand.all(std::move(commands));
  commands.clear();
  for (std::size_t i = 0; i < people.size(); ++i) {
    city.accounts.emplace(people[i].login, accounts[i]);
    commands.push_back(grant_command(hand, people[i].login, accounts[i], people[i].role, people[i].scope));
  }
  hand.all(std::move(commands));
}

std::string zero_padded(std::size_t number) {
  std::string const digits = std::to_string(number);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

struct Unit {
  Uuid department;
  std::string code;
  std::vector<std::string> fields;
};

// Each inspector holds all fields of the department but one or two.
Json fields_held(std::vector<std::string> const& fields, std::size_t number) {
  std::vector<std::string> held;
  std::size_t const without = fields.size() > 3 ? 2 : fields.size() > 2 ? 1 : 0;
  for (std::size_t i = 0; i + without < fields.size(); ++i)
    held.push_back(fields[(number + i) % fields.size()]);
  return texts(held);
}

Json questions(std::vector<std::string> const& sheet) {
  Json list(Json::Array{});
  for (std::size_t i = 0; i < sheet.size(); ++i)
    list.push(object({{"number", std::to_string(i + 1)}, {"text", sheet[i]}}));
  return list;
}

struct ItemText {
  std::string number, name, basis, article, category;
  std::vector<std::string> sheet;
};

Uuid list_item(Hand& hand, City const& city, ItemText const& text, Uuid lead) {
  constexpr int half_of_a_pool_permille = 500;
  return hand.create(city.accounts.at("planner"), "inspection_item", "create", text.number,
                     object({{"item_no", text.number},
                             {"name", text.name},
                             {"legal_basis", text.basis},
                             {"article", text.article},
                             {"subject_category", text.category},
                             {"kind", "general"},
                             {"ratio_cap_permille", half_of_a_pool_permille},
                             {"frequency_cap", 1},
                             {"lead_department", to_string(lead)},
                             {"questions", questions(text.sheet)},
                             {"region", city.options.prefecture},
                             {"valid_from", "2026-01-01"}}));
}

struct BatchText {
  std::string title, from, to;
  Uuid item;
};

Uuid draft_batch(Hand& hand, City const& city, Uuid plan, BatchText const& text) {
  return hand.create(city.accounts.at("planner"), "plan_batch", "draft", text.title,
                     object({{"annual_plan", to_string(plan)},
                             {"title", text.title},
                             {"item", to_string(text.item)},
                             {"subjects_planned", 60},
                             {"period_from", text.from},
                             {"period_to", text.to},
                             {"executing_organisation", to_string(city.bureau)}}));
}

// Below a municipality stands a level that only groups ("市辖区"): the city is the level above.
std::string city_name(std::string const& prefecture) {
  std::string const full = division_full_name(prefecture);
  std::string const province(division_name(prefecture.substr(0, 2)).value_or(""));
  return full == province ? province : std::string(division_name(prefecture).value_or(""));
}

}  // namespace

void found_bureau(Hand& hand, City& city) {
  auto const& prefecture = city.options.prefecture;
  city.name = city_name(prefecture);
  city.authority = prefecture + "00";
  city.bureau = hand.create(Uuid{}, "organisation", "import", city.authority,
                            object({{"code", city.authority},
                                    {"name", city.name + "市场监督管理局"},
                                    {"kind", "bureau"},
                                    {"level", "city"},
                                    {"region", prefecture}}));
  std::vector<kernel::Command> bureaus;
  for (auto const& county : counties_of(prefecture)) {
    if (county == prefecture || county == city.authority) continue;
    bureaus.push_back(
        hand.make(Uuid{}, "organisation", "import", county,
                  object({{"code", county},
                          {"name", std::string(division_name(county).value_or("")) + "市场监督管理局"},
                          {"kind", "county_bureau"},
                          {"level", "county"},
                          {"region", county},
                          {"superior_code", city.authority}})));
  }
  hand.all(std::move(bureaus));
  auto const department = [&](std::string const& number, std::string const& name) {
    std::string const code = city.authority + "-" + number;
    return hand.create(Uuid{}, "department", "import", code,
                       object({{"code", code}, {"name", name}, {"organisation", to_string(city.bureau)}}));
  };
  city.quality_department = department("01", "产品质量安全监督管理科");
  city.food_department = department("02", "食品安全监督管理科");
  city.equipment_department = department("03", "特种设备安全监察科");
}

void employ_staff(Hand& hand, City& city) {
  std::vector<DemoAccount> people;
  for (auto const& [login, role] : role_accounts)
    people.push_back({std::string(login), std::string(role), city.options.prefecture});
  for (auto const& county : counties_of(city.options.prefecture))
    people.push_back({"officer-" + county, "officer", county});
  employ(hand, city, people);
  city.people = std::move(people);
}

void employ_inspectors(Hand& hand, City& city) {
  Unit const units[] = {
      {city.quality_department, "01", {"轴承", "建材", "化工", "专用车", "服装", "金属制品"}},
      {city.food_department, "02", {"食品生产", "食品销售", "餐饮"}},
      {city.equipment_department, "03", {"特种设备"}}};
  constexpr std::array<int, 3> shares{4, 4, 2};
  auto const count = static_cast<std::size_t>(city.options.inspectors);
  std::vector<DemoAccount> people;
  std::vector<kernel::Command> commands;
  for (std::size_t i = 0; i < count; ++i) {
    std::string const number = zero_padded(i + 1);
    auto const turn = static_cast<int>(i % 10);
    auto const& unit = units[turn < shares[0] ? 0 : turn < shares[0] + shares[1] ? 1 : 2];
    people.push_back({"inspector-" + number, "inspector", city.options.prefecture});
    Chance chance(hand.seed(), "person/inspector-" + number);
    std::string const name = person_name(chance);
    commands.push_back(hand.make(Uuid{}, "inspector", "import", number,
                                 object({{"name", name},
                                         {"certificate", "P-" + city.options.prefecture + "-" + number},
                                         {"certificate_valid_to", "2029-12-31"},
                                         {"fields", fields_held(unit.fields, i / 10 + i % 10)},
                                         {"organisation_code", city.authority},
                                         {"department_code", city.authority + "-" + unit.code},
                                         {"phone", phone_number(chance)}})));
  }
  auto const inspectors = hand.all(std::move(commands));
  employ(hand, city, people);
  commands.clear();
  for (std::size_t i = 0; i < count; ++i) {
    Uuid const account = city.accounts.at(people[i].login);
    city.account_of.emplace(inspectors[i], account);
    kernel::Command link;
    link.register_name = "inspector";
    link.action = "link_account";
    link.record = inspectors[i];
    link.account = city.accounts.at("sysadmin");
    link.payload = write_json(object({{"account", to_string(account)}}));
    commands.push_back(std::move(link));
    if (i < shown_inspectors) city.people.push_back(people[i]);
  }
  hand.all(std::move(commands));
}

void declare_relations(Hand& hand, City& city, std::vector<Uuid> const& firms) {
  constexpr std::pair<std::string_view, std::string_view> grounds[] = {
      {"relative", "其配偶在该单位任职"},
      {"former_employment", "三年内曾在该单位工作"},
      {"shareholding", "持有该单位股份"},
      {"relative", "其兄为该单位股东"}};
  std::vector<kernel::Command> commands;
  for (auto const& [inspector, account] : city.account_of) {
    Chance chance(hand.seed(), "relation-data/" + to_string(inspector));
    if (chance.below(4) != 0) continue;
    auto const& [ground, reason] = chance.pick(grounds);
    commands.push_back(hand.make(account, "recusal_relation", "declare", to_string(inspector),
                                 object({{"inspector", to_string(inspector)},
                                         {"firm", to_string(chance.pick(firms))},
                                         {"ground", ground},
                                         {"reason", reason}})));
  }
  hand.all(std::move(commands));
}

void list_items(Hand& hand, City& city) {
  city.quality_item = list_item(hand, city,
                                {"CP-01",
                                 "工业产品质量监督检查",
                                 "《中华人民共和国产品质量法》",
                                 "第十五条",
                                 "工业产品生产企业",
                                 {"营业执照在有效期内且与实际经营一致", "产品执行标准有效并已自我声明公开",
                                  "出厂检验记录完整", "产品标识符合规定", "计量器具经检定合格"}},
                                city.quality_department);
  city.food_item = list_item(hand, city,
                             {"SP-01",
                              "食品生产经营监督检查",
                              "《中华人民共和国食品安全法》",
                              "第一百一十条",
                              "食品生产经营者",
                              {"许可证在有效期内且在场所公示", "从业人员健康证明有效", "进货查验记录完整",
                               "贮存温度和离墙离地符合要求", "无超过保质期的食品"}},
                             city.food_department);
  city.equipment_item =
      list_item(hand, city,
                {"TS-01",
                 "特种设备使用单位监督检查",
                 "《中华人民共和国特种设备安全法》",
                 "第五十七条",
                 "特种设备使用单位",
                 {"使用登记证齐全", "作业人员持证上岗", "定期检验在有效期内", "安全管理制度和应急预案健全"}},
                city.equipment_department);
}

void plan_year(Hand& hand, City& city) {
  auto const planner = city.accounts.at("planner");
  auto const leader = city.accounts.at("leader");
  Date const begin = first_day() + 7;
  hand.wait_until(begin, 9);
  Uuid const plan = hand.create(planner, "annual_plan", "draft", "2026",
                                object({{"title", city.name + "2026年度“双随机、一公开”抽查工作计划"},
                                        {"year", 2026},
                                        {"organisation", to_string(city.bureau)},
                                        {"legal_basis", "国发〔2019〕5号"}}));
  city.quality_batch = draft_batch(
      hand, city, plan, {"工业产品质量抽查（上半年）", "2026-03-01", "2026-06-30", city.quality_item});
  city.food_batch = draft_batch(hand, city, plan,
                                {"食品生产经营抽查（二季度）", "2026-04-01", "2026-07-31", city.food_item});
  hand.wait_until(begin + 1, 10);
  hand.act(leader, "annual_plan", "approve", plan);
  hand.wait_until(begin + 1, 15);
  hand.act(planner, "annual_plan", "file", plan);
  hand.wait_until(begin + 2, 10);
  hand.act(city.accounts.at("superior"), "annual_plan", "receipt", plan,
           object({{"receipt", "备〔2026〕" + city.options.prefecture + "号"}}));
  hand.wait_until(begin + 2, 15);
  hand.act(city.accounts.at("publisher"), "annual_plan", "announce", plan);
  for (Uuid batch : {city.quality_batch, city.food_batch}) {
    hand.act(planner, "plan_batch", "send_down", batch);
    hand.wait_until(begin + 3, 9);
    hand.act(city.accounts.at("officer"), "plan_batch", "sign_for", batch, object({{"note", "已签收"}}));
  }
}

void represent_firm(Hand& hand, City& city, Uuid firm) {
  std::string const login = "firm";
  Uuid const account = hand.all({account_command(hand, login)}).front();
  hand.all({grant_command(hand, login, account, "firm", "", firm)});
  city.accounts.emplace(login, account);
  auto const found = hand.system().reads().get(kernel::system_viewer(city.options.prefecture), "firm", firm);
  city.people.push_back({login, "firm", found ? found->as<archive::Firm>().name : to_string(firm)});
}

}  // namespace plumbline::demo
