// What the subcommands share: opening a data folder, saying what was refused, reading conditions.
#pragma once
#include <memory>
#include <string>
#include <system_error>

#include "base/result.hpp"
#include "base/time.hpp"
#include "commands.hpp"
#include "kernel/messages.hpp"
#include "kernel/reads.hpp"
#include "kernel/system.hpp"
#include "reflect/json.hpp"

namespace plumbline::app {

// A data folder with its clock; the clock stands still when --at was given.
class Opened {
 public:
  explicit Opened(Common const& common, std::string const& database = "");
  kernel::System& operator*() { return *system_; }
  kernel::System* operator->() { return system_.get(); }
  // The account of --as; nil when none was given. Throws UsageError for an unknown login.
  Uuid account() const { return account_; }
  // What that account sees; without --as the machine's own administrator sees everything.
  kernel::Viewer viewer();

 private:
  std::unique_ptr<Clock> fixed_;
  std::unique_ptr<kernel::System> system_;
  Uuid account_;
};

// Says in the data folder that its times are chosen: a demonstration, a replay, a test. Elsewhere --at is
// refused, for nobody may date an official act.
void mark_chosen_times(fs::path const& folder);

// As the folder's owner, where root asks: what root makes would be root's afterwards, and the server could
// not write it; and what root may read says nothing about the server. With the owner's groups, for the same
// reason: root's own would go on opening what the server cannot.
void become_owner(fs::path const& folder);

// Wrong use of the command line: message to stderr, exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// LC_ALL, else LC_MESSAGES, else LANG; whatever is not English is Chinese.
kernel::Language user_language();
std::string in_words(std::string const& code, std::string const& detail);
// Prints why, in the user's language, with every place; answers 1.
int refused(Refusal const& refusal, Output output);
// Also tells who forgot to say so that acts go by an account.
int refused(Refusal const& refusal, Common const& common);
// The code of its words.
std::string_view failure_of(store::Errc cause);
// What the database's engine said, with what to do about it; answers 1.
int failed(store::Error const& error);
int failed(kernel::FolderMoves const& moving);
int failed(std::system_error const& error);  // of a disk that is full, likewise
Json to_json(Refusal const& refusal);
void print(Json const& document, Output output);

// "field=value" and the other comparisons.
kernel::Condition parse_condition(std::string const& text);
// An id, or the value of the register's import key.
Uuid record_of(kernel::System& system, kernel::Viewer const& viewer, std::string const& register_name,
               std::string const& text);
std::string read_argument(std::string const& text);  // "-" stdin, "@FILE", else itself

// A whole file; UsageError when it cannot be read.
std::string must_read(fs::path const& path);

}  // namespace plumbline::app
