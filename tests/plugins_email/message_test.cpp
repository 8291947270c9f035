#include "plugins/email/message.h"

#include <gtest/gtest.h>

namespace {

Message good() {
  Message message;
  message.from = "convergence@example.com";
  message.to = {"one@example.com", "two@example.com"};
  message.subject = "[ALERT] acme failed";
  message.body = "Hello\n";
  message.id = "r1.s1@convergence";
  message.unix_seconds = 1778846400;
  return message;
}

TEST(Message, HasEveryHeaderAndAnEncodedBody) {
  EXPECT_EQ(message_fault(good()), "");
  EXPECT_EQ(message_text(good()),
            "Date: Fri, 15 May 2026 12:00:00 +0000\r\nFrom: <convergence@example.com>\r\nTo: <one@example.com>,\r\n <two@example.com>\r\n"
            "Message-ID: <r1.s1@convergence>\r\nSubject: [ALERT] acme failed\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n"
            "SGVsbG8K\r\n");
}

TEST(Message, AnySubjectIsOneHeaderOfAsciiWords) {
  Message message = good();
  message.subject = "";
  for (int i = 0; i < 60; ++i) message.subject += "ü€";
  ASSERT_EQ(message_fault(message), "");
  const std::string text = message_text(message);
  const std::size_t begin = text.find("Subject: "), end = text.find("\r\nMIME-Version");
  std::size_t line = begin;
  while (line < end) {
    const std::size_t next = std::min(text.find("\r\n", line), end);
    EXPECT_LE(next - line, 78u + 9u);
    EXPECT_TRUE(line == begin || text[line] == ' ');
    line = next + 2;
  }
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(Message, WhatWouldBeginAHeaderIsRefused) {
  for (const char* subject : {"a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\tb", "\x01"}) {
    Message message = good();
    message.subject = subject;
    EXPECT_NE(message_fault(message), "") << subject;
  }
}

TEST(Message, OnlyAddressesAreRecipients) {
  EXPECT_EQ(address_fault("a.b+c@example.com"), "");
  for (const char* bad : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b>", "<a@b>", "a@b,c@d", "a@b;c", "\"a\"@b", "a@b\r\n", "ä@b", "a@b:25"}) {
    Message message = good();
    message.to.push_back(bad);
    EXPECT_NE(message_fault(message), "") << bad;
    message = good();
    message.from = bad;
    EXPECT_NE(message_fault(message), "") << bad;
  }
}

TEST(Message, HasLimits) {
  Message message = good();
  message.to.assign(51, "a@b.c");
  EXPECT_NE(message_fault(message), "");
  message = good();
  message.to.clear();
  EXPECT_EQ(message_fault(message), "to is empty");
  message = good();
  message.subject.assign(501, 'x');
  EXPECT_NE(message_fault(message), "");
  message = good();
  message.body.assign((1 << 20) + 1, 'x');
  EXPECT_NE(message_fault(message), "");
}

TEST(Message, LinesOfTheBodyAreShort) {
  Message message = good();
  message.body.assign(1000, 'x');
  const std::string text = message_text(message);
  for (std::size_t i = text.find("\r\n\r\n") + 4; i < text.size(); i = text.find("\r\n", i) + 2) EXPECT_LE(text.find("\r\n", i) - i, 76u);
}

}  // namespace
