#include "engine_faults.h"

#include <array>
#include <sstream>
#include <utility>

namespace ducklake {

namespace {

bool has(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

bool disk_full(const std::string &message) {
  return has(message, "No space left on device") || has(message, "Disk quota exceeded") ||
         has(message, "database or disk is full") || has(message, "failed to offload data block");
}

bool ends_path(char c) { return c == '"' || c == '\'' || c == '\n' || c == ' ' || c == ',' || c == ')' || c == ';'; }

bool names_hidden(const std::string &line) { return has(line, "__cvg") || has(line, "__ducklake"); }

// Without the lines that name what tenants must not know of.
std::string without_hidden_names(const std::string &text) {
  std::string out, line;
  std::istringstream lines(text);
  for (bool first = true; std::getline(lines, line); first = false) {
    const bool hidden = names_hidden(line);
    if (first) out = hidden ? "the statement asks for something that is not offered here" : line;
    else if (!hidden) out += "\n" + line;
  }
  return out;
}

}  // namespace

bool lost_race(const std::string &message) {
  return has(message, "database is locked") || has(message, "Transaction conflict") || has(message, "conflict on") ||
         has(message, "Exceeded the maximum retry count") || has(message, "UNIQUE constraint failed") ||
         has(message, "Failed to commit DuckLake transaction");
}

cvg_status engine_status(duckdb_error_type type, const std::string &message) {
  if (disk_full(message)) return CVG_E_UNAVAILABLE;
  if (type == DUCKDB_ERROR_INTERRUPT) return CVG_E_CANCELLED;
  if (lost_race(message)) return CVG_E_CONFLICT;
  switch (type) {
    case DUCKDB_ERROR_CONVERSION:
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_CONSTRAINT:
    case DUCKDB_ERROR_DIVIDE_BY_ZERO:
    case DUCKDB_ERROR_INVALID_INPUT:
    case DUCKDB_ERROR_DECIMAL: return CVG_E_DATA;
    case DUCKDB_ERROR_CATALOG:
    case DUCKDB_ERROR_BINDER:
    case DUCKDB_ERROR_PARSER:
    case DUCKDB_ERROR_SYNTAX:
    case DUCKDB_ERROR_PARAMETER_NOT_RESOLVED:
    case DUCKDB_ERROR_NOT_IMPLEMENTED:
    case DUCKDB_ERROR_PERMISSION: return CVG_E_CONFIG;
    case DUCKDB_ERROR_IO: return CVG_E_UNAVAILABLE;
    case DUCKDB_ERROR_OUT_OF_MEMORY: return CVG_E_LIMIT;
    default: return CVG_E_PLUGIN;
  }
}

std::string without_paths(const std::string &text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const bool starts = text[i] == '/' && i + 1 < text.size() && !ends_path(text[i + 1]) &&
                        (i == 0 || ends_path(text[i - 1]) || text[i - 1] == ':' || text[i - 1] == '=' || text[i - 1] == '(');
    if (!starts) {
      out += text[i++];
      continue;
    }
    size_t end = i;
    while (end < text.size() && !ends_path(text[end])) ++end;
    const std::string path = text.substr(i, end - i);
    // A lone word after a slash ("1 /x") is division; a path has at least two parts.
    const size_t slash = path.rfind('/');
    out += slash == 0 ? path : path.substr(slash + 1);
    i = end;
  }
  return out;
}

std::string engine_message(const std::string &message) {
  // The engine's advice is for whoever configures it: settings, threads, a link.
  if (message.rfind("Out of Memory Error", 0) == 0) return "Out of Memory: the statement needs more than the engine may take (warehouse.memory_mb)";
  if (disk_full(message)) return "the disk that holds the lakes is full; nothing was published";
  // A fault of the engine's own comes with addresses of its code.
  if (has(message, "INTERNAL Error") || has(message, "Stack Trace:")) return "the engine failed on this statement";
  std::string text = message.substr(0, message.find("\nPossible fixes"));
  if (names_hidden(text)) text = without_hidden_names(text);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return without_paths(text);
}

duckdb_error_type error_type_of(const std::string &message) {
  static constexpr std::array<std::pair<const char *, duckdb_error_type>, 11> prefixes = {{
      {"Binder Error", DUCKDB_ERROR_BINDER},
      {"Catalog Error", DUCKDB_ERROR_CATALOG},
      {"Parser Error", DUCKDB_ERROR_PARSER},
      {"Syntax Error", DUCKDB_ERROR_SYNTAX},
      {"Conversion Error", DUCKDB_ERROR_CONVERSION},
      {"Out of Range Error", DUCKDB_ERROR_OUT_OF_RANGE},
      {"Invalid Input Error", DUCKDB_ERROR_INVALID_INPUT},
      {"IO Error", DUCKDB_ERROR_IO},
      {"Out of Memory Error", DUCKDB_ERROR_OUT_OF_MEMORY},
      {"INTERRUPT Error", DUCKDB_ERROR_INTERRUPT},
      {"Not implemented Error", DUCKDB_ERROR_NOT_IMPLEMENTED},
  }};
  for (const auto &[prefix, type] : prefixes)
    if (message.rfind(prefix, 0) == 0) return type;
  return DUCKDB_ERROR_INVALID;
}

}  // namespace ducklake
