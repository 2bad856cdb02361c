#include "names.hpp"

#include <algorithm>
#include <array>

namespace plumbline::demo {

namespace {

constexpr std::array<Trade, 15> all_trades{{
    {"C3451", "轴承", "有限公司", "轴承", "91", 2},
    {"C3451", "精密轴承制造", "有限公司", "轴承", "91", 1},
    {"C3021", "水泥制品", "有限公司", "建材", "91", 6},
    {"C3031", "新型建材", "有限公司", "建材", "91", 5},
    {"C2614", "化工", "有限公司", "化工", "91", 5},
    {"C2641", "涂料", "有限公司", "化工", "91", 3},
    {"C3630", "专用汽车制造", "有限公司", "专用车", "91", 4},
    {"C1819", "服装", "有限公司", "服装", "91", 7},
    {"C3311", "钢结构工程", "有限公司", "金属制品", "91", 6},
    {"C1353", "肉制品", "有限公司", "食品生产", "91", 4},
    {"C1411", "食品", "有限公司", "食品生产", "91", 6},
    {"C1462", "调味品酿造", "厂", "食品生产", "91", 3},
    {"F5212", "超市", "", "食品销售", "92", 22},
    {"F5221", "粮油店", "", "食品销售", "92", 10},
    {"H6210", "饭店", "", "餐饮", "92", 24},
}};

constexpr std::string_view surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                         "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗",
                                         "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧"};
constexpr std::string_view given[] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋",
                                      "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平", "刚",
                                      "志", "建", "晓", "文", "海", "春", "秀", "国", "玉", "新"};
constexpr std::string_view first_sounds[] = {"恒", "瑞", "鑫", "宏", "泰", "盛", "隆", "昌", "嘉", "永",
                                             "德", "金", "福", "兴", "顺", "华", "祥", "东", "鲁", "远",
                                             "正", "同", "聚", "广", "天", "万", "亿", "和", "信", "诚"};
constexpr std::string_view second_sounds[] = {"达", "源", "丰", "茂", "通", "泽", "润", "腾", "凯", "晟",
                                              "驰", "威", "博", "翔", "益", "康", "安", "美", "悦", "岳",
                                              "峰", "霖", "垚", "旺", "捷", "卓", "铭", "朗", "雅", "硕"};

}  // namespace

std::span<Trade const> trades() { return all_trades; }

bool makes_bearings(std::string_view county) {
  constexpr std::string_view counties[] = {"371581", "210281", "330282", "330624", "410305"};
  return std::ranges::find(counties, county) != std::end(counties);
}

std::string person_name(Chance& chance) {
  std::string name(chance.pick(surnames));
  name += chance.pick(given);
  if (chance.below(3) > 0) name += chance.pick(given);
  return name;
}

// Of one block of numbers, so that nobody outside the story is likely to be called.
std::string phone_number(Chance& chance) {
  std::string digits = std::to_string(1'000'000 + chance.below(1'000'000));
  return "19900" + digits.substr(1);
}

std::string firm_name(Chance& chance, std::string_view place, Trade const& trade) {
  std::string name(place);
  name += chance.pick(first_sounds);
  name += chance.pick(second_sounds);
  name += trade.words;
  name += trade.form;
  return name;
}

}  // namespace plumbline::demo
