#include <fstream>
#include <sstream>
#include <string>

#include "scenario/scenario.hpp"

namespace plumbline::scenario {

namespace {

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Open braces and brackets of a payload, those inside strings left out.
class Depth {
 public:
  void read(std::string_view text) {
    for (char c : text) {
      if (in_string_) {
        in_string_ = escaped_ || c != '"';
        escaped_ = !escaped_ && c == '\\';
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        --depth_;
      }
    }
  }
  bool open() const { return depth_ > 0; }

 private:
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

// A comment begins the line, or follows the sentence after " # ".
std::string_view without_comment(std::string_view line) {
  if (line.starts_with('#')) return {};
  auto const comment = line.find(" # ");
  return comment == std::string_view::npos ? line : trimmed(line.substr(0, comment));
}

}  // namespace

Result<std::vector<Step>> parse_scenario(std::string_view text) {
  std::vector<Step> steps;
  Depth depth;
  for (int number = 1; !text.empty(); ++number) {
    auto const end = text.find('\n');
    auto const line = without_comment(trimmed(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    if (depth.open()) {
      depth.read(line);
      steps.back().payload += line;
      continue;
    }
    Step step;
    step.line = number;
    auto const brace = line.starts_with("do ") ? line.find('{') : std::string_view::npos;
    step.words = trimmed(line.substr(0, brace));
    if (brace != std::string_view::npos) step.payload = line.substr(brace);
    depth = {};
    depth.read(step.payload);
    steps.push_back(std::move(step));
  }
  if (depth.open())
    return Refusal{"scenario_form", std::to_string(steps.back().line) + ": payload not closed", {}};
  return steps;
}

Result<std::vector<Step>> load_scenario(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Refusal{"file_missing", file.string(), {}};
  std::ostringstream text;
  text << in.rdbuf();
  auto parsed = parse_scenario(text.str());
  if (!parsed) return Refusal{"scenario_form", file.filename().string() + ":" + parsed.refusal().detail, {}};
  std::vector<Step> steps;
  for (auto& step : *parsed) {
    if (!step.words.starts_with("include ")) {
      step.file = file.filename().string();
      steps.push_back(std::move(step));
      continue;
    }
    auto included = load_scenario(file.parent_path() / step.words.substr(8));
    if (!included) return included.refusal();
    steps.insert(steps.end(), included->begin(), included->end());
  }
  return steps;
}

}  // namespace plumbline::scenario
