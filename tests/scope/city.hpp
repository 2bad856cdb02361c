// The city of city.scenario in a real data folder, with everybody who looks at it and what there is to see.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernel/system.hpp"
#include "rules.hpp"

namespace plumbline::scope {

// A text that tells where it comes from, found in an answer.
struct Mark {
  Thing thing;
  bool is_personal = false;
  std::string text;
};
std::vector<Mark> marks_in(std::string_view text);

struct Person {
  Seer seer;
  Uuid account;
  std::string cookie;
  std::string csrf;
  std::string name() const;
};

class City {
 public:
  // `database`: "" = SQLite in the folder. Throws what the scenario failed at.
  City(std::filesystem::path folder, std::string const& database);
  ~City();

  kernel::System& system() { return *system_; }
  FixedClock& clock() { return clock_; }
  // Every record of every register, as the raw tables hold it.
  std::map<Uuid, Thing> const& things() const { return things_; }
  void read_things();
  std::vector<Person> const& people() const { return people_; }
  Person hire(Seer const& seer, std::string const& login, std::string const& valid_to = "",
              std::string const& password = "");
  // By an account of the scenario ("guo-O"), or the product itself ("").
  Uuid act(std::string const& login, std::string const& target, std::optional<Uuid> record,
           std::string const& payload);
  Uuid attach(Uuid owner);
  // The first record of the register with this place and party.
  std::optional<Uuid> first(std::string_view register_name, char place, std::string const& party) const;

 private:
  void plant(std::string const& database);
  void plant_files();
  void plant_documents();
  void staff();
  Thing thing_of(std::string const& register_name, std::string const& body) const;

  std::filesystem::path folder_;
  FixedClock clock_;
  std::unique_ptr<kernel::System> system_;
  std::map<Uuid, Thing> things_;
  std::vector<Person> people_;
  int files_ = 0;
};

std::string region_of(char place);

}  // namespace plumbline::scope
