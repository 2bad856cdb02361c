#include "indicators.hpp"

namespace plumbline::archive {

std::vector<kernel::Indicator> indicators() {
  return {
      {"archive.firms", "firm", R"({"state":"active"})"},
      {"archive.firms_in_business", "firm", R"({"state":"active","status":["normal","abnormal"]})"},
      {"archive.firms_abnormal", "firm", R"({"state":"active","status":"abnormal"})"},
      {"archive.firms_class_a", "firm", R"({"state":"active","risk_class":"A"})"},
      {"archive.firms_class_b", "firm", R"({"state":"active","risk_class":"B"})"},
      {"archive.firms_class_c", "firm", R"({"state":"active","risk_class":"C"})"},
      {"archive.firms_class_d", "firm", R"({"state":"active","risk_class":"D"})"},
      {"archive.firms_unclassified", "firm", R"({"state":"active","risk_class":"unclassified"})"},
      {"archive.sites_open", "site", R"({"state":"open"})"},
  };
}

}  // namespace plumbline::archive
