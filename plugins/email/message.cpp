#include "message.h"

#include <cctype>
#include <ctime>

namespace {

constexpr std::size_t kAddressBytesMax = 254, kSubjectBytesMax = 500, kBodyBytesMax = 1 << 20, kRecipientsMax = 50;
constexpr std::size_t kLineBytes = 57;       // of the body; 76 letters in base64
constexpr std::size_t kWordBytes = 45;       // of an encoded word; with its frame within 75 letters
const char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

bool has_control(const std::string &text) {
  for (const char c : text)
    if (is_control(c)) return true;
  return false;
}

std::string base64(const std::string &bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) { return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u; };
    const unsigned word = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) out += kBase64[word >> shift & 63];
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  for (std::size_t i = 0; i < padding; ++i) out[out.size() - 1 - i] = '=';
  return out;
}

// The end of a piece of at most max bytes that does not cut a character in two.
std::size_t piece_end(const std::string &text, std::size_t begin, std::size_t max) {
  std::size_t end = begin + max < text.size() ? begin + max : text.size();
  while (end < text.size() && end > begin + 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

// RFC 2047 for what is not plain ASCII, folded.
std::string encoded_header(const std::string &text) {
  bool plain = text.size() <= 900;
  for (const char c : text) plain = plain && static_cast<unsigned char>(c) < 0x80;
  if (plain && text.find("=?") == std::string::npos) return text;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = piece_end(text, i, kWordBytes);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(text.substr(i, end - i)) + "?=";
    i = end;
  }
  return out;
}

std::string addresses(const std::vector<std::string> &list) {
  std::string out;
  for (const std::string &address : list) out += (out.empty() ? "<" : ",\r\n <") + address + ">";
  return out;
}

std::string date(std::int64_t unix_seconds) {
  static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t at = static_cast<std::time_t>(unix_seconds);
  std::tm t{};
  gmtime_r(&at, &t);
  const auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
  return std::string(days[t.tm_wday]) + ", " + two(t.tm_mday) + " " + months[t.tm_mon] + " " + std::to_string(t.tm_year + 1900) +
         " " + two(t.tm_hour) + ":" + two(t.tm_min) + ":" + two(t.tm_sec) + " +0000";
}

}  // namespace

std::string address_fault(const std::string &address) {
  const std::size_t at = address.find('@');
  if (address.size() > kAddressBytesMax || at == std::string::npos || at == 0 || at + 1 == address.size() || address.find('@', at + 1) != std::string::npos)
    return "is no mail address";
  for (const char c : address)
    if (is_control(c) || static_cast<unsigned char>(c) > 0x7e || std::string(" <>()[],;:\\\"").find(c) != std::string::npos)
      return "holds a letter that no mail address may hold";
  return std::string();
}

std::string message_fault(const Message &message) {
  if (message.to.empty()) return "to is empty";
  if (message.to.size() + message.cc.size() > kRecipientsMax) return "there are more than " + std::to_string(kRecipientsMax) + " recipients";
  for (const std::vector<std::string> *list : {&message.to, &message.cc})
    for (const std::string &address : *list)
      if (const std::string fault = address_fault(address); !fault.empty()) return "a recipient " + fault;
  if (!address_fault(message.from).empty()) return "from " + address_fault(message.from);
  if (has_control(message.subject)) return "the subject holds a line end or another control character";
  if (message.subject.size() > kSubjectBytesMax) return "the subject is longer than " + std::to_string(kSubjectBytesMax) + " bytes";
  if (message.body.size() > kBodyBytesMax) return "the body is longer than " + std::to_string(kBodyBytesMax) + " bytes";
  return std::string();
}

std::string message_text(const Message &message) {
  std::string out = "Date: " + date(message.unix_seconds) + "\r\nFrom: <" + message.from + ">\r\nTo: " + addresses(message.to) + "\r\n";
  if (!message.cc.empty()) out += "Cc: " + addresses(message.cc) + "\r\n";
  out += "Message-ID: <" + message.id + ">\r\nSubject: " + encoded_header(message.subject) + "\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
         "Auto-Submitted: auto-generated\r\n\r\n";
  for (std::size_t i = 0; i < message.body.size(); i += kLineBytes) out += base64(message.body.substr(i, kLineBytes)) + "\r\n";
  return out;
}
