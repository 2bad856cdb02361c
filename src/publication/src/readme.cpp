#include "readme.hpp"

#include <algorithm>

namespace plumbline::publication {
namespace {

// A text inside a Markdown table or paragraph: no markup, one line.
std::string plain(std::string_view text) {
  constexpr std::string_view markup = "\\`*_{}[]()<>#+!|~";
  std::string out;
  for (char const c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      out.push_back(' ');
      continue;
    }
    if (markup.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string name_of(ReadmeFacts const& facts, Pid const& pid) {
  auto const found = facts.reader.names.find(pid);
  return found == facts.reader.names.end() ? "" : plain(found->second);
}

std::string certificates(ReadmeFacts const& facts, Pid const& target) {
  std::string out;
  for (auto const& assignment : facts.assignment) {
    if (assignment.target != target) continue;
    for (auto const& ipid : assignment.inspectors) {
      auto const& known = facts.open->inspectors;
      auto const found =
          std::find_if(known.begin(), known.end(), [&](auto const& one) { return one.ipid == ipid; });
      out += (out.empty() ? "" : ", ") +
             (found == known.end() ? ipid.substr(0, 12) + "…" : plain(found->certificate));
    }
  }
  return out;
}

std::string drawn_table(ReadmeFacts const& facts, std::string const& heading) {
  std::string out = heading + "|---|---|---|\n";
  for (auto const& unit : facts.open->units)
    out += "| " + name_of(facts, unit.pid) + " | " + plain(unit.identifier) + " | " +
           certificates(facts, unit.pid) + " |\n";
  return out;
}

std::string source_list(ReadmeFacts const& facts, std::string_view arrow) {
  std::string out;
  for (std::size_t i = 0; i < facts.plan.sources.size(); ++i) {
    auto const& source = facts.plan.sources[i];
    if (source.kind == SourceKind::commit) continue;
    out += "- " + plain(source.id) + ", " + to_string_seconds(source.time);
    if (!source.place.empty()) out += ", " + plain(source.place);
    if (facts.seed && source.kind != SourceKind::drand)
      out += std::string(arrow) + "`" + std::string(text_of(facts.seed->values[i].value)) + "`";
    out += '\n';
  }
  return out;
}

std::string command(ReadmeFacts const& facts) {
  auto const grade = facts.reader.grade;
  std::string const require = grade == Grade::jia ? "" : " --require " + std::string(to_string(grade));
  return "```\nsha256sum -c SHA256SUMS\nplumbline draw verify . --vkey '" + facts.reader.vkey + "'" +
         require + "\n```\n";
}

std::string grade_english(Grade grade) {
  switch (grade) {
    case Grade::jia: return "Grade 甲: at least two witnesses outside the office attest the times.";
    case Grade::yi: return "Grade 乙: one witness outside the office attests the times.";
    case Grade::bing:
      return "Grade 丙: no outside witness; that the plan came before the event is the office's word.";
  }
  return "";
}

std::string grade_chinese(Grade grade) {
  switch (grade) {
    case Grade::jia: return "甲级：至少两个外部见证方证明了时间先后。";
    case Grade::yi: return "乙级：一个外部见证方证明了时间先后。";
    case Grade::bing: return "丙级：没有外部见证方，方案先于事件仅凭本机关陈述。";
  }
  return "";
}

std::string drawn_english(ReadmeFacts const& facts) {
  if (facts.voided)
    return "This draw is void (reason `" + facts.voided->reason + "`: " + plain(facts.voided->text) +
           "). If it had a result, that is published here all the same.\n";
  if (facts.is_erased)
    return "The retention period is over: the file that named them was deleted. The proofs remain valid.\n";
  if (!facts.open)
    return "They are named here when the checks are over. Until then nobody outside the office "
           "can tell which firm stands behind a line of `frame.csv`.\n";
  return drawn_table(facts, "| Name | Identifier | Inspectors (certificate) |\n") +
         "\nIdentifiers and certificates are proved by `open.json`; names are added for reading.\n";
}

std::string drawn_chinese(ReadmeFacts const& facts) {
  if (facts.voided)
    return "本次抽查已作废（原因代码 `" + facts.voided->reason + "`：" + plain(facts.voided->text) +
           "）。若已抽出结果，结果仍在此公布。\n";
  if (facts.is_erased) return "保存期已满，载有名单的文件已依规删除；证明仍然有效。\n";
  if (!facts.open)
    return "检查结束后在此公布。在此之前，机关以外的任何人都无法得知 `frame.csv` 中的某一行是哪一家。\n";
  return drawn_table(facts, "| 名称 | 标识 | 检查人员（证号） |\n") +
         "\n标识和证号由 `open.json` 证明；名称仅为便于阅读。\n";
}

}  // namespace

std::string readme_english(ReadmeFacts const& facts) {
  auto const& plan = facts.plan;
  return "# Draw " + plan.draw + "\n\n" + plain(plan.item) + "\n\n## Who was drawn\n\n" +
         drawn_english(facts) +
         "\n## Check it yourself\n\n"
         "Nobody chose: the firms follow from a list that was sealed before a public event and from what "
         "that "
         "event showed. To check this you need no account and need not trust the office.\n\n"
         "1. **Look.** The event, and what it showed:\n\n" +
         source_list(facts, " → ") +
         "\n   Compare with the video, the record sheet or the lottery's own page. The plan was sealed "
         "before: its\n"
         "   fingerprint is `" +
         to_hex(facts.plan_hash) +
         "`; who noted it before the event can compare.\n\n"
         "2. **Recompute.** With the program `plumbline` (free software), in this folder:\n\n" +
         command(facts) + "\n   " + grade_english(facts.reader.grade) +
         "\n   Compare the key after `--vkey`, and the witness keys the answer names, with those printed "
         "elsewhere:\n"
         "   on the office's wall, in the bulletin, on the witnesses' own pages. The answer says `\"ok\":1`, "
         "or the\n"
         "   name of what is wrong. Its `by_hand` lists what only a person can look up.\n\n"
         "3. **Your own firm.** Ask the office for your receipt: identifier, salt, row. The SHA-256 (or SM3) "
         "of both\n"
         "   is your line in `frame.csv`; it must stand there once, with your weight.\n\n"
         "A firm that ought to be on the list and is not is found by the counts in `frame.json` against the "
         "register.\n"
         "How all this works: `draw-publication.md` in the program's documentation.\n";
}

std::string readme_chinese(ReadmeFacts const& facts) {
  auto const& plan = facts.plan;
  return "# 抽查 " + plan.draw + "\n\n" + plain(plan.item) + "\n\n## 抽中的单位\n\n" + drawn_chinese(facts) +
         "\n## 自己核对\n\n"
         "没有人挑选：名单先行封存，再由公开事件的结果决定抽中谁。核对不需要账号，也不需要相信本机关。\n\n"
         "1. **用眼睛看。** 事件及其结果：\n\n" +
         source_list(facts, " → ") +
         "\n   请与录像、记录单或彩票机构官网对照。方案在事件之前已封存，其指纹为\n"
         "   `" +
         to_hex(facts.plan_hash) +
         "`；事前记下的人可以比对。\n\n"
         "2. **重算。** 用自由软件 `plumbline`，在本文件夹中执行：\n\n" +
         command(facts) + "\n   " + grade_chinese(facts.reader.grade) +
         "\n   请把 `--vkey` "
         "之后的公钥和答复中列出的见证方公钥，与别处公布的（办事大厅、公报、见证单位自己的\n"
         "   网页）逐一比对。答复为 `\"ok\":1`，或指出错误的名称；其中 `by_hand` 列出须由人查看的事项。\n\n"
         "3. **查本单位。** 向本机关索取回执（标识、盐值、所在行）。二者的 SHA-256（或 SM3）即 `frame.csv` "
         "中的\n"
         "   那一行：应当恰好出现一次，且权重无误。\n\n"
         "应列入而未列入名录的单位，可用 `frame.json` 中的数目与登记总数核对。原理见软件文档 "
         "`draw-publication.md`。\n";
}

}  // namespace plumbline::publication
