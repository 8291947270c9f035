#include "csv_fault.h"

#include <fstream>

namespace ducklake {

namespace {

// Reads records of RFC 4180 one after the other.
class Records {
 public:
  Records(const std::string &path, const CsvShape &shape) : file_(path, std::ios::binary), shape_(shape), buffer_(1 << 16, '\0') {}

  // False at the end of the file. A broken quote is told by broken().
  bool next(std::vector<std::string> &fields) {
    fields.clear();
    line_of_record_ = line_;
    if (peek() < 0) return false;
    for (;;) {
      fields.emplace_back();
      if (peek() == shape_.quote && shape_.quote) quoted(fields.back());
      while (peek() >= 0 && peek() != shape_.delimiter && peek() != '\n' && peek() != '\r') fields.back() += take();
      if (peek() == shape_.delimiter) {
        take();
        continue;
      }
      if (peek() == '\r') take();
      if (peek() == '\n') take();
      ++line_;
      return true;
    }
  }
  uint64_t line() const { return line_of_record_; }
  const char *broken() const { return broken_; }

 private:
  int peek() {
    if (at_ == size_) {
      file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
      size_ = static_cast<size_t>(file_.gcount());
      at_ = 0;
      if (size_ == 0) return -1;
    }
    return static_cast<unsigned char>(buffer_[at_]);
  }
  char take() {
    peek();
    return buffer_[at_++];
  }
  void quoted(std::string &field) {
    take();
    for (;;) {
      if (peek() < 0) {
        broken_ = "has a quote that is never closed";
        return;
      }
      const char c = take();
      if (c == '\n') ++line_;
      if (c != shape_.quote) {
        field += c;
      } else if (peek() == shape_.quote) {
        field += take();
      } else {
        break;
      }
    }
    if (peek() >= 0 && peek() != shape_.delimiter && peek() != '\n' && peek() != '\r' && !broken_)
      broken_ = "has text behind a closing quote";
  }

  std::ifstream file_;
  const CsvShape &shape_;
  std::string buffer_;
  size_t at_ = 0, size_ = 0;
  uint64_t line_ = 1, line_of_record_ = 1;
  const char *broken_ = nullptr;
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(const std::string &text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const unsigned lead = byte(i);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0) return false;
    for (size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    const unsigned second = byte(i + 1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    i += length;
  }
  return true;
}

std::optional<CsvFault> fault_of(const std::vector<std::string> &fields, uint64_t line, const CsvShape &shape,
                                 const std::vector<ColumnCheck> &checks) {
  const bool extra_empty = fields.size() == shape.width + 1 && fields.back().empty();
  if (fields.size() != shape.width && !extra_empty)
    return CsvFault{line, "", "", "has " + std::to_string(fields.size()) + " fields instead of " + std::to_string(shape.width)};
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!is_utf8(fields[i])) return CsvFault{line, "", "", "is not UTF-8 in field " + std::to_string(i + 1)};
    if (fields[i].find('\0') != std::string::npos) return CsvFault{line, "", "", "has a NUL byte in field " + std::to_string(i + 1)};
  }
  for (const ColumnCheck &check : checks) {
    if (check.index >= fields.size()) continue;
    const std::string &value = fields[check.index];
    if (const char *why = refusal(check.format, value)) return CsvFault{line, check.field, value, why};
    if (!check.nullable && means_null(trimmed(value), check.format.null_words))
      return CsvFault{line, check.field, value, "must not be empty"};
  }
  return std::nullopt;
}

}  // namespace

CsvScan find_fault(const std::string &path, const CsvShape &shape, const std::vector<ColumnCheck> &checks) {
  Records records(path, shape);
  std::vector<std::string> fields;
  CsvScan scan;
  for (uint64_t record = 0; records.next(fields); ++record) {
    if (records.broken()) {
      scan.fault = CsvFault{records.line(), "", "", records.broken()};
      return scan;
    }
    const bool blank = fields.size() == 1 && fields[0].empty() && shape.width > 1;
    if (record < shape.header_rows || blank) continue;
    scan.fault = fault_of(fields, records.line(), shape, checks);
    if (scan.fault) return scan;
    ++scan.rows;
  }
  return scan;
}

}  // namespace ducklake
