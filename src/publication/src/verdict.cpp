#include "publication/verdict.hpp"

namespace plumbline::publication {

Json to_json(Failure const& failure) {
  Json json{Json::Object{}};
  json.set("error", failure.error);
  json.set("file", failure.file);
  json.set("why", failure.why);
  return json;
}

std::string_view to_string(Grade grade) {
  switch (grade) {
    case Grade::jia: return "甲";
    case Grade::yi: return "乙";
    case Grade::bing: return "丙";
  }
  return "丙";
}

std::optional<Grade> parse_grade(std::string_view text) {
  for (auto const grade : {Grade::jia, Grade::yi, Grade::bing})
    if (to_string(grade) == text) return grade;
  return {};
}

}  // namespace plumbline::publication
