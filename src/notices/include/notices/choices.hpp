// How somebody wants to hear of things beside the list in the web: their own choice, and their addresses,
// which stand nowhere else.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "kernel/messages.hpp"
#include "kernel/system.hpp"

namespace plumbline::notices {

enum class MailMode : std::uint8_t { none, immediate, digest };
std::string_view to_string(MailMode mode);
std::optional<MailMode> parse_mail_mode(std::string_view text);

struct Choice {
  Uuid account;
  std::string mail_address;  // personal
  MailMode mail = MailMode::none;
  std::string telephone;  // personal; digits, with + in front of a country's code
  bool sms = false;
  kernel::Language language = kernel::Language::chinese;
};

// One mailbox and nothing else: no spaces, no signs with a meaning in headers, ASCII.
bool is_mail_address(std::string_view text);
bool is_telephone(std::string_view text);

class Choices {
 public:
  explicit Choices(kernel::System& system) : system_(system) {}
  Choice of(Uuid account) const;  // nothing at all, where nothing was chosen
  // Refused "invalid_value", "required".
  Result<void> keep(Choice const& choice);
  // Those who want a digest, after this account.
  std::vector<Choice> digests_after(Uuid account, std::size_t most) const;

 private:
  kernel::System& system_;
};

}  // namespace plumbline::notices
