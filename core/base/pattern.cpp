// Thompson's construction with Pike's simulation: every reading position is tried at once, so nothing is tried twice.
#include "core/base/pattern.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t instructions_max = 20'000;
constexpr int group_depth_max = 50;
constexpr int repeat_max = 1000;

struct Range {
  char32_t first, last;
};
struct Set {
  std::vector<Range> ranges;
  bool negated = false;
  bool holds(char32_t c) const {
    const bool in = std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
    return in != negated;
  }
};

enum class Op : std::uint8_t { one_of, fork, begin, end, match };
struct Instruction {
  Op op;
  std::size_t next = 0;   // the following instruction; of one_of, too
  std::size_t other = 0;  // fork: the second way; one_of: the index of its set
};

const Set digits{{{'0', '9'}}, false};
const Set word{{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}, {'_', '_'}}, false};
const Set blank{{{' ', ' '}, {'\t', '\r'}, {0xA0, 0xA0}, {0x2028, 0x2029}, {0xFEFF, 0xFEFF}}, false};
const Set any{{{'\n', '\n'}, {'\r', '\r'}}, true};

// The next code point; a byte that begins none stands for itself.
char32_t take_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length > text.size()) length = 1;
  char32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(length);
  return point;
}

}  // namespace

struct Pattern::Program {
  std::vector<Instruction> code;
  std::vector<Set> sets;
  std::size_t start = 0;
};

// A recursive descent over the expression.  Every part becomes instructions that lead to the instruction after it, so the
// parts are parsed into a tree first and emitted from the end to the beginning.
class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view expression) : whole_(expression), rest_(expression) {}

  Result<Pattern> compile() {
    const std::size_t root = alternatives(0);
    if (error_.empty() && !rest_.empty()) fail("an unexpected )");
    auto program = std::make_shared<Pattern::Program>();
    program_ = program.get();
    if (error_.empty()) program->start = emit(root, add({Op::match}));
    if (!error_.empty())
      return Status(Code::invalid, fmt::format("The pattern {} has {} at place {}.", whole_, error_, error_at_ + 1));
    program->sets = std::move(sets_);
    return Pattern(std::string(whole_), std::move(program));
  }

 private:
  enum class Kind : std::uint8_t { sequence, choice, repeat, set, begin, end };
  struct Node {
    Kind kind;
    std::vector<std::size_t> parts;
    std::size_t set = 0;
    int least = 0, most = 0;  // most = -1: without end
  };

  void fail(std::string what) {
    if (!error_.empty()) return;
    error_ = std::move(what);
    error_at_ = whole_.size() - rest_.size();
  }
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::size_t node(Node n) {
    nodes_.push_back(std::move(n));
    return nodes_.size() - 1;
  }
  std::size_t set_node(Set set) {
    sets_.push_back(std::move(set));
    return node({Kind::set, {}, sets_.size() - 1});
  }

  std::size_t alternatives(int depth) {
    Node choice{Kind::choice, {}};
    do choice.parts.push_back(sequence(depth));
    while (error_.empty() && take('|'));
    return node(std::move(choice));
  }

  std::size_t sequence(int depth) {
    Node parts{Kind::sequence, {}};
    while (error_.empty() && !rest_.empty() && !next_is('|') && !next_is(')')) {
      const std::size_t part = atom(depth);
      if (error_.empty()) parts.parts.push_back(repeated(part));
    }
    return node(std::move(parts));
  }

  std::size_t atom(int depth) {
    if (take('(')) return group(depth);
    if (take('[')) return set_node(bracket());
    if (take('^')) return node({Kind::begin, {}});
    if (take('$')) return node({Kind::end, {}});
    if (take('.')) return set_node(any);
    if (take('\\')) return set_node(escape());
    if (next_is('*') || next_is('+') || next_is('?') || next_is('{')) fail("nothing to repeat");
    const char32_t c = take_point(rest_);
    return set_node({{{c, c}}, false});
  }

  std::size_t group(int depth) {
    if (depth >= group_depth_max) fail("groups that are nested too deep");
    if (take('?') && !take(':')) fail("a kind of group that is not supported");
    if (!error_.empty()) return 0;
    const std::size_t inner = alternatives(depth + 1);
    if (!take(')')) fail("a group without its )");
    return inner;
  }

  Set escape() {
    if (rest_.empty()) {
      fail("a \\ at its end");
      return {};
    }
    const char32_t c = take_point(rest_);
    switch (c) {
      case 'd': return digits;
      case 'w': return word;
      case 's': return blank;
      case 'D': return {digits.ranges, true};
      case 'W': return {word.ranges, true};
      case 'S': return {blank.ranges, true};
      case 'n': return {{{'\n', '\n'}}, false};
      case 'r': return {{{'\r', '\r'}}, false};
      case 't': return {{{'\t', '\t'}}, false};
      default: break;
    }
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) fail("an escape that is not supported");
    return {{{c, c}}, false};
  }

  Set bracket() {
    Set set;
    set.negated = take('^');
    for (bool first = true; error_.empty() && (first || !next_is(']')); first = false) {
      if (rest_.empty()) break;
      Set part = bracket_part();
      const bool single = part.ranges.size() == 1 && part.ranges[0].first == part.ranges[0].last && !part.negated;
      if (part.negated) fail("a negated class within a class");
      if (single && next_is('-') && rest_.size() > 1 && rest_[1] != ']') {
        take('-');
        const Set last = bracket_part();
        if (!error_.empty()) break;
        if (last.ranges.size() != 1 || last.ranges[0].first < part.ranges[0].first) fail("a range out of order");
        else part.ranges[0].last = last.ranges[0].last;
      }
      set.ranges.insert(set.ranges.end(), part.ranges.begin(), part.ranges.end());
    }
    if (!take(']')) fail("a class without its ]");
    return set;
  }

  Set bracket_part() {
    if (rest_.empty()) return {};
    if (take('\\')) return escape();
    const char32_t c = take_point(rest_);
    return {{{c, c}}, false};
  }

  bool number(int& out) {
    std::size_t length = 0;
    for (out = 0; length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9'; ++length)
      out = std::min(out * 10 + (rest_[length] - '0'), repeat_max + 1);
    rest_.remove_prefix(length);
    return length > 0;
  }

  std::size_t repeated(std::size_t part) {
    Node repeat{Kind::repeat, {part}};
    if (take('*')) repeat.most = -1;
    else if (take('+')) repeat.least = 1, repeat.most = -1;
    else if (take('?')) repeat.most = 1;
    else if (take('{')) read_bounds(repeat);
    else return part;
    take('?');  // a lazy repetition finds the same texts
    return node(std::move(repeat));
  }

  void read_bounds(Node& repeat) {
    if (!number(repeat.least)) fail("a { without a number");
    repeat.most = repeat.least;
    if (take(',') && !number(repeat.most)) repeat.most = -1;
    if (!take('}')) fail("a { without its }");
    if (repeat.least > repeat_max || repeat.most > repeat_max) fail("a repetition above 1000");
    if (repeat.most >= 0 && repeat.most < repeat.least) fail("a repetition out of order");
  }

  std::size_t add(Instruction instruction) {
    if (program_->code.size() >= instructions_max) {
      fail("too many parts");
      return 0;
    }
    program_->code.push_back(instruction);
    return program_->code.size() - 1;
  }

  // The entry of the instructions for the node, which lead to next.
  std::size_t emit(std::size_t index, std::size_t next) {
    if (!error_.empty()) return 0;
    const Node& n = nodes_[index];
    switch (n.kind) {
      case Kind::set: return add({Op::one_of, next, n.set});
      case Kind::begin: return add({Op::begin, next});
      case Kind::end: return add({Op::end, next});
      case Kind::sequence:
        for (std::size_t i = n.parts.size(); i > 0; --i) next = emit(n.parts[i - 1], next);
        return next;
      case Kind::choice: {
        std::size_t entry = emit(n.parts.back(), next);
        for (std::size_t i = n.parts.size() - 1; i > 0; --i) entry = add({Op::fork, emit(n.parts[i - 1], next), entry});
        return entry;
      }
      case Kind::repeat: return emit_repeat(n, next);
    }
    return next;
  }

  std::size_t emit_repeat(const Node& n, std::size_t next) {
    if (n.most < 0) {
      const std::size_t loop = add({Op::fork, 0, next});
      if (error_.empty()) {
        const std::size_t entry = emit(n.parts[0], loop);
        program_->code[loop].next = entry;
      }
      next = loop;
    } else {
      const std::size_t after = next;
      for (int i = n.least; i < n.most && error_.empty(); ++i) next = add({Op::fork, emit(n.parts[0], next), after});
    }
    for (int i = 0; i < n.least && error_.empty(); ++i) next = emit(n.parts[0], next);
    return next;
  }

  std::string_view whole_, rest_;
  std::string error_;
  std::size_t error_at_ = 0;
  std::vector<Node> nodes_;
  std::vector<Set> sets_;
  Pattern::Program* program_ = nullptr;
};

Result<Pattern> Pattern::compile(std::string_view expression) { return PatternCompiler(expression).compile(); }

bool Pattern::found_in(std::string_view text) const {
  const std::vector<Instruction>& code = program_->code;
  std::vector<std::size_t> now, later, waiting;
  std::vector<std::size_t> seen(code.size(), 0);  // the round in which an instruction was reached
  bool at_begin = true, matched = false;
  std::size_t round = 0;
  const auto reach = [&](std::vector<std::size_t>& list, std::size_t from, bool at_end) {
    waiting.push_back(from);
    while (!waiting.empty()) {
      const std::size_t at = waiting.back();
      waiting.pop_back();
      if (seen[at] == round) continue;
      seen[at] = round;
      const Instruction& i = code[at];
      if (i.op == Op::match) matched = true;
      if (i.op == Op::one_of) list.push_back(at);
      if (i.op == Op::fork) waiting.push_back(i.other);
      if (i.op == Op::fork || (i.op == Op::begin && at_begin) || (i.op == Op::end && at_end)) waiting.push_back(i.next);
    }
  };
  ++round;
  reach(now, program_->start, text.empty());
  while (!matched && !text.empty()) {
    const char32_t c = take_point(text);
    at_begin = false;
    ++round;
    later.clear();
    for (const std::size_t at : now)
      if (program_->sets[code[at].other].holds(c)) reach(later, code[at].next, text.empty());
    reach(later, program_->start, text.empty());
    std::swap(now, later);
  }
  return matched;
}

}  // namespace cvg
