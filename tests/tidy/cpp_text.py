"""What the tidy test needs to know of C and C++ text: comments, includes, functions and empty catch blocks."""
import re

_TOKEN = re.compile(
    r'(?P<raw>R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")'
    r'|(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<number>\b\d(?:'?[\w.])*)"
    r"|(?P<char>'(?:\\.|[^'\\\n])+')", re.S)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">\n]+)[>"]', re.M)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)
_CATCH = re.compile(r"\bcatch\s*\(([^()]*)\)\s*\{(\s*)\}")

_NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_FUNCTION_END = re.compile(
    r"[)\]]\s*(?:const\b|volatile\b|override\b|final\b|mutable\b|try\b|&&?|noexcept\b(?:\s*" + _NESTED + r")?"
    r"|->[^;{]+|requires\b[^;{]+|[A-Z_][A-Z0-9_]+\b(?:\s*" + _NESTED + r")?|\s+)*$", re.S)
_CONSTRUCTOR_LIST = re.compile(r"\)\s*(?:noexcept\b(?:\s*" + _NESTED + r")?\s*)?:(?!:)")
_SCOPE = re.compile(r"\bnamespace\b[^()=]*$|^\s*extern\s*\"[^\"]*\"\s*$")
_TYPE = re.compile(r"\b(?:class|struct|union|enum)\b[^=]*$")
_LABEL = re.compile(r"^\s*(?:public|private|protected)\s*:(?!:)")


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The text with its comments blanked; every character keeps its line."""
    return _TOKEN.sub(lambda m: _blank(m.group()) if m.group("comment") else m.group(), text)


def code_only(text):
    """The text with comments, strings, character constants and preprocessor lines blanked."""
    def one(match):
        if match.group("number"):
            return match.group()
        if match.group("string") or match.group("raw"):
            return '"' + _blank(match.group())[1:-1] + '"'
        return _blank(match.group())
    return _DIRECTIVE.sub(lambda m: _blank(m.group()), _TOKEN.sub(one, text))


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(text):
    """Yields (line, header, quoted) for each include directive."""
    plain = without_comments(text)
    for match in _INCLUDE.finditer(plain):
        yield line_of(plain, match.start(1)), match.group(2), match.group(1) == '"'


def empty_catches(text):
    """Yields the lines of catch blocks without code; a named exception may be passed over where a comment says why."""
    code = code_only(text)
    for match in _CATCH.finditer(code):
        said = text[match.start(2):match.end(2)].strip()
        if not said or match.group(1).strip() == "...":
            yield line_of(code, match.start())


def _kind(head):
    """What a brace opens outside of functions, told by the text before it."""
    if _SCOPE.search(head):
        return "scope"
    in_list = _CONSTRUCTOR_LIST.search(head)
    if in_list and not re.search(r"[)}]\s*$", head):
        return "value"
    if in_list or _FUNCTION_END.search(head):
        return "function"
    if _TYPE.search(head):
        return "scope"
    return "value"


def functions(text):
    """Yields (first line, last line, name) of every function body outside of functions."""
    code = code_only(text)
    stack = []
    start = 0  # where the text before the next brace begins
    parens = 0
    for match in re.finditer(r"[{};()]", code):
        token, at = match.group(), match.start()
        inside = any(kind in ("function", "value") for kind, _, _ in stack)
        if token in "()":
            parens += 1 if token == "(" else -1
        elif token == ";" and not inside and parens <= 0:
            start, parens = at + 1, 0
        elif token == "{":
            kind = "value" if inside or parens > 0 else _kind(code[start:at])
            stack.append((kind, start, at))
            if kind == "scope":
                start, parens = at + 1, 0
        elif token == "}" and stack:
            kind, begin, opened = stack.pop()
            if kind == "function":
                yield _span(code, begin, opened, at)
            if kind in ("function", "scope"):
                start, parens = at + 1, 0


def _span(code, begin, opened, closed):
    head = code[begin:opened]
    while _LABEL.match(head):
        begin += _LABEL.match(head).end()
        head = code[begin:opened]
    begin += len(head) - len(head.lstrip())
    name = re.search(r"(operator\s*\S+?|[~\w:]+)\s*\(", head)
    return line_of(code, begin), line_of(code, closed), name.group(1) if name else "a lambda"
