// What a stranger runs: published files against a key. None of these opens a data folder.
#pragma once
#include <filesystem>
#include <string>

#include "commands.hpp"

namespace plumbline::app {

struct LogVerifyCommand {
  std::string place;  // folder or URL of the log
  std::string vkey;
  fs::path since;
  fs::path policy;
  std::string entries = "auto";
};
int run_log_verify(LogVerifyCommand const& command);

struct DrawVerifyCommand {
  std::string place;  // folder or URL of a draw, or of draws/
  std::string vkey;
  fs::path policy;
  std::string at;
  std::string require = "甲";
};
int run_draw_verify(DrawVerifyCommand const& command);

struct RecordVerifyCommand {
  fs::path opening;
  fs::path entry;
  fs::path proof;
  std::string vkey;
};
int run_record_verify(RecordVerifyCommand const& command);

}  // namespace plumbline::app
