// A mail's text: checked addresses, headers that cannot be broken out of, any Unicode in subject and body.  Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct Message {
  std::string from;
  std::vector<std::string> to, cc;
  std::string subject, body;
  std::string id;           // without angle brackets
  std::int64_t unix_seconds = 0;
};

// Why this is no address that mail may be sent to; empty: it is one.
std::string address_fault(const std::string &address);
// Why the message cannot be sent; empty: it can.
std::string message_fault(const Message &message);
// RFC 5322 with CRLF line ends; the message has no fault.
std::string message_text(const Message &message);
