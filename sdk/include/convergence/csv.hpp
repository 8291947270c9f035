// csv.hpp: RFC 4180 records for providers: a strict reader that pulls its bytes in pieces, and a writer that quotes what
// needs it.  Header-only, C++11.  A reader or writer belongs to one thread.
#ifndef CONVERGENCE_CSV_HPP
#define CONVERGENCE_CSV_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plugin.hpp"

namespace convergence {

typedef std::vector<std::string> CsvRecord;

// Appends one field, in quotes when the text holds a delimiter, a quote, a line break or blanks at an end.
inline void csv_append(std::string &out, const std::string &field) {
  const bool plain = field.find_first_of(",\"\r\n") == std::string::npos &&
                     (field.empty() || (field[0] != ' ' && field[field.size() - 1] != ' '));
  if (plain) { out += field; return; }
  out += '"';
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '"') out += '"';
    out += field[i];
  }
  out += '"';
}
// Appends one record and a line feed.
inline void csv_append(std::string &out, const CsvRecord &record) {
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (i) out += ',';
    csv_append(out, record[i]);
  }
  out += '\n';
}

// Reads records from a source of bytes.  A byte order mark is skipped; lines end with LF or CRLF; an empty line between
// records is skipped.  A broken quote, or a record larger than record_bytes_max, is CVG_E_DATA with file and line.
class CsvReader {
 public:
  // Answers up to n bytes from offset; an empty answer is the end.
  typedef std::function<std::string(uint64_t offset, uint64_t n)> Source;
  static const std::size_t record_bytes_max = std::size_t(64) << 20;

  CsvReader(std::string file, Source source, std::size_t piece = std::size_t(1) << 20, char delimiter = ',')
      : file_(std::move(file)), source_(std::move(source)), piece_(piece), delimiter_(delimiter) {}

  // The line (from 1) at which the last record began.
  uint64_t line() const { return record_line_; }

  // The next record; false at the end.
  bool next(CsvRecord &record) {
    for (;;) {
      if (!skip_blank()) return false;
      record_line_ = line_;
      std::size_t at = pos_;
      uint64_t line = line_;
      const Outcome outcome = scan(record, at, line);
      if (outcome == Outcome::more) { refill(); continue; }
      pos_ = at;
      line_ = line;
      return true;
    }
  }

 private:
  enum class Outcome { done, more };

  // Moves to the first byte of a record: over the byte order mark and empty lines.
  bool skip_blank() {
    if (offset_ == 0 && buffer_.empty()) {
      while (buffer_.size() < 3 && !ended_) refill();
      if (buffer_.compare(0, 3, "\xEF\xBB\xBF") == 0) pos_ = 3;
    }
    for (;;) {
      if (pos_ == buffer_.size()) {
        if (ended_) return false;
        refill();
        continue;
      }
      if (buffer_[pos_] == '\n') { ++pos_; ++line_; continue; }
      if (buffer_[pos_] == '\r' && pos_ + 1 < buffer_.size() && buffer_[pos_ + 1] == '\n') { ++pos_; continue; }
      return true;
    }
  }

  void refill() {
    buffer_.erase(0, pos_);
    pos_ = 0;
    if (buffer_.size() > record_bytes_max) fail("a record is larger than 64 MiB: a closing quote is probably missing");
    const std::string more = source_(offset_, piece_);
    offset_ += more.size();
    if (more.empty()) ended_ = true;
    buffer_ += more;
  }

  // Reads one record from at; more: the buffer ends inside it.
  Outcome scan(CsvRecord &record, std::size_t &at, uint64_t &line) {
    record.clear();
    for (;;) {
      std::string field;
      Outcome outcome = at < buffer_.size() && buffer_[at] == '"' ? quoted(field, at, line) : bare(field, at);
      if (outcome == Outcome::more) return outcome;
      record.push_back(std::move(field));
      if (at == buffer_.size()) return ended_ ? Outcome::done : Outcome::more;
      if (buffer_[at] == delimiter_) { ++at; continue; }
      if (buffer_[at] == '\r') {
        if (at + 1 == buffer_.size() && !ended_) return Outcome::more;
        if (at + 1 < buffer_.size() && buffer_[at + 1] == '\n') ++at;
      }
      ++at;
      ++line;
      return Outcome::done;
    }
  }
  Outcome bare(std::string &field, std::size_t &at) {
    std::size_t end = at;
    while (end < buffer_.size() && buffer_[end] != delimiter_ && buffer_[end] != '\n' && buffer_[end] != '\r') ++end;
    if (end == buffer_.size() && !ended_) return Outcome::more;
    field.assign(buffer_, at, end - at);
    at = end;
    return Outcome::done;
  }
  Outcome quoted(std::string &field, std::size_t &at, uint64_t &line) {
    std::size_t i = at + 1;
    uint64_t lines = 0;
    for (;; ++i) {
      if (i >= buffer_.size()) {
        if (ended_) fail("a quoted field has no closing quote");
        return Outcome::more;
      }
      if (buffer_[i] == '\n') ++lines;
      if (buffer_[i] != '"') { field += buffer_[i]; continue; }
      if (i + 1 == buffer_.size() && !ended_) return Outcome::more;
      if (i + 1 < buffer_.size() && buffer_[i + 1] == '"') { field += '"'; ++i; continue; }
      break;
    }
    at = i + 1;
    line += lines;
    if (at < buffer_.size() && buffer_[at] != delimiter_ && buffer_[at] != '\n' && buffer_[at] != '\r')
      fail("text follows the closing quote of a field");
    return Outcome::done;
  }

  void fail(const std::string &what) const {
    throw Error(CVG_E_DATA, file_ + ", line " + std::to_string(record_line_) + ": " + what,
                Json::object().set("file", file_).set("line", record_line_));
  }

  std::string file_;
  Source source_;
  std::size_t piece_;
  char delimiter_;
  std::string buffer_;
  std::size_t pos_ = 0;
  uint64_t offset_ = 0, line_ = 1, record_line_ = 1;
  bool ended_ = false;
};

}  // namespace convergence
#endif
