#include "mail.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/bytes.hpp"

namespace plumbline::notices {
namespace {

// RFC 2047: lines of at most 76 characters with the header's name, and no word that cuts a code point.
std::string encoded_words(std::string const& text) {
  constexpr std::size_t most = 39;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + most, text.size());
    while (end < text.size() && end > at + 1 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U)
      --end;
    out += (out.empty() ? "" : "\r\n ") + std::string("=?UTF-8?B?") +
           base64_encode(bytes_of(text.substr(at, end - at))) + "?=";
    at = end;
  }
  return out;
}

std::string two(unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); }

// RFC 5322, in the time of China.
std::string mail_date(Instant at) {
  constexpr std::array<char const*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<char const*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::chrono::sys_seconds const there{std::chrono::seconds(at.seconds() + 8 * 3'600)};
  auto const day = std::chrono::floor<std::chrono::days>(there);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const time(there - day);
  return std::string(days[std::chrono::weekday(day).c_encoding()]) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         months[static_cast<unsigned>(date.month()) - 1] + " " +
         std::to_string(static_cast<int>(date.year())) + " " +
         two(static_cast<unsigned>(time.hours().count())) + ":" +
         two(static_cast<unsigned>(time.minutes().count())) + ":" +
         two(static_cast<unsigned>(time.seconds().count())) + " +0800";
}

std::string in_lines(std::string const& encoded) {
  constexpr std::size_t most = 76;
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += most) out += encoded.substr(at, most) + "\r\n";
  return out;
}

}  // namespace

std::string write_mail(Letter const& letter) {
  std::string const domain = letter.from.substr(letter.from.find('@') + 1);
  return "Date: " + mail_date(letter.at) + "\r\nFrom: <" + letter.from + ">\r\nTo: <" + letter.to +
         ">\r\nSubject: " + encoded_words(letter.subject) + "\r\nMessage-ID: <" + letter.id + "@" + domain +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         in_lines(base64_encode(bytes_of(letter.text)));
}

}  // namespace plumbline::notices
