#include "notices/choices.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using kernel::refuse;
using store::Sql;

Sql const select_choice{
    "notice_choice.select",
    "select account, mail_address, mail, telephone, sms, language from notice_choice where "
    "jurisdiction = $1 and account = $2"};
Sql const keep_choice{
    "notice_choice.keep",
    "insert into notice_choice (jurisdiction, account, mail_address, mail, telephone, sms, language) values "
    "($1, $2, $3, $4, $5, $6, $7) on conflict (jurisdiction, account) do update set mail_address = "
    "excluded.mail_address, mail = excluded.mail, telephone = excluded.telephone, sms = excluded.sms, "
    "language = excluded.language"};
Sql const select_digests{
    "notice_choice.digests",
    "select account, mail_address, mail, telephone, sms, language from notice_choice "
    "where jurisdiction = $1 and mail = 'digest' and account > $2 order by account limit "
    "$3"};

constexpr std::array<std::string_view, 3> mode_names{"none", "immediate", "digest"};

Choice choice_of(store::Row const& row) {
  Choice out;
  out.account = uuid_from(row[0]);
  out.mail_address = store::text(row[1]);
  out.mail = parse_mail_mode(store::text(row[2])).value_or(MailMode::none);
  out.telephone = store::text(row[3]);
  out.sms = store::integer(row[4]) != 0;
  out.language = store::text(row[5]) == "en" ? kernel::Language::english : kernel::Language::chinese;
  return out;
}

}  // namespace

std::string_view to_string(MailMode mode) { return mode_names[static_cast<std::size_t>(mode)]; }

std::optional<MailMode> parse_mail_mode(std::string_view text) {
  for (std::size_t i = 0; i < mode_names.size(); ++i)
    if (mode_names[i] == text) return static_cast<MailMode>(i);
  return {};
}

bool is_mail_address(std::string_view text) {
  auto const at = text.find('@');
  if (text.size() > limits::mail_address_bytes || at == 0 || at == std::string_view::npos || at > 64)
    return false;
  auto const domain = text.substr(at + 1);
  auto const is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  constexpr std::string_view signs = "!#$%&'*+/=?^_`{|}~-.";
  bool const local_fits = std::ranges::all_of(
      text.substr(0, at), [&](char c) { return is_word(c) || signs.find(c) != std::string_view::npos; });
  bool const domain_fits = !domain.empty() && std::ranges::all_of(domain, [&](char c) {
    return is_word(c) || c == '-' || c == '.';
  });
  return local_fits && domain_fits && is_word(domain.front()) && is_word(domain.back()) &&
         text.front() != '.' && text.front() != '-';
}

bool is_telephone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= 5 && text.size() <= limits::telephone_digits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Choice Choices::of(Uuid account) const {
  auto const rows =
      system_.database().reader()->query(select_choice, {system_.settings().jurisdiction, id_bytes(account)});
  if (!rows.empty()) return choice_of(rows[0]);
  Choice none;
  none.account = account;
  return none;
}

Result<void> Choices::keep(Choice const& choice) {
  if (choice.mail_address.empty() && choice.mail != MailMode::none)
    return refuse("required", "/mail_address");
  if (choice.telephone.empty() && choice.sms) return refuse("required", "/telephone");
  if (!choice.mail_address.empty() && !is_mail_address(choice.mail_address))
    return refuse("invalid_value", "/mail_address");
  if (!choice.telephone.empty() && !is_telephone(choice.telephone))
    return refuse("invalid_value", "/telephone");
  bool const is_english = choice.language == kernel::Language::english;
  return system_.write_unlogged(
      keep_choice, {system_.settings().jurisdiction, id_bytes(choice.account), choice.mail_address,
                    std::string(to_string(choice.mail)), choice.telephone, std::int64_t{choice.sms},
                    std::string(is_english ? "en" : "zh-CN")});
}

std::vector<Choice> Choices::digests_after(Uuid account, std::size_t most) const {
  std::vector<Choice> out;
  for (auto const& row : system_.database().reader()->query(
           select_digests,
           {system_.settings().jurisdiction, id_bytes(account), static_cast<std::int64_t>(most)}))
    out.push_back(choice_of(row));
  return out;
}

}  // namespace plumbline::notices
