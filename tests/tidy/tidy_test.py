#!/usr/bin/env python3
"""The tests of the tidy test: small trees, each with one breach."""
import json
import os
import tempfile
import unittest

import cpp_text
import tidy

MARK = "TO" + "DO"
MACHINE = "/ro" + "ot/secret"


def in_namespace(lines):
    """A function of that many lines inside a namespace and a class."""
    body = "\n".join("    x += 1;" for _ in range(lines - 2))
    return "namespace cvg {\nclass A {\n public:\n  void f(int x) const noexcept {\n" + body + "\n  }\n};\n}\n"


class Tree(unittest.TestCase):
    """Gives a test a folder to write a tree into; `found` is what the tidy test says of it."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)

    def write(self, path, text=""):
        full = os.path.join(self._folder.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as stream:
            stream.write(text)
        return full

    def found(self, rule, **options):
        return [(path, line) for path, line, name, _ in tidy.breaches(self._folder.name, **options) if name == rule]


class Includes(Tree):
    def test_an_upward_include_is_found_with_its_line(self):
        self.write("core/base/text.h", '// text\n#include "core/run/plan.h"\n')
        self.assertEqual(self.found("include"), [("core/base/text.h", 2)])

    def test_a_downward_include_is_fine(self):
        self.write("core/run/plan.h", '#include <vector>\n#include "core/base/text.h"\n#include <convergence/plugin.h>\n')
        self.assertEqual(self.found("include"), [])

    def test_a_comment_or_a_string_is_no_include(self):
        self.write("core/base/text.h", '// #include "core/run/plan.h"\n/*\n#include "core/run/plan.h"\n*/\n')
        self.assertEqual(self.found("include"), [])

    def test_a_plugin_includes_only_itself_and_the_sdk(self):
        self.write("plugins/aws/cur.cpp", '#include <convergence/plugin.hpp>\n#include "plugins/aws/cur.h"\n'
                                          '#include "plugins/gcp/export.h"\n#include "core/base/status.h"\n')
        self.assertEqual(self.found("include"), [("plugins/aws/cur.cpp", 3), ("plugins/aws/cur.cpp", 4)])

    def test_tests_include_anything(self):
        self.write("tests/run/plan_test.cpp", '#include "core/run/plan.h"\n#include <sqlite3.h>\n#include <gtest/gtest.h>\n')
        self.assertEqual(self.found("include"), [])

    def test_a_third_party_header_stays_behind_its_wall(self):
        self.write("core/state/database.cpp", "#include <sqlite3.h>\n")
        self.write("core/run/plan.cpp", "#include <sqlite3.h>\n")
        self.assertEqual(self.found("include"), [("core/run/plan.cpp", 1)])

    def test_an_unknown_third_party_header_is_found(self):
        self.write("core/run/plan.cpp", "#include <boost/any.hpp>\n")
        self.assertEqual(self.found("include"), [("core/run/plan.cpp", 1)])

    def test_a_folder_outside_the_table_is_found(self):
        self.write("core/magic/plan.h")
        self.assertEqual(self.found("include"), [("core/magic/plan.h", 1)])

    def test_two_folders_that_include_each_other_are_found(self):
        self.write("core/state/a.h", '#include "core/config/b.h"\n')
        self.write("core/config/b.h", '#include "core/model/c.h"\n')
        self.write("core/model/c.h", '#include "core/state/a.h"\n')
        self.assertEqual(len(self.found("cycle")), 2)

    def test_a_line_of_folders_is_no_cycle(self):
        self.write("core/state/a.h", '#include "core/model/b.h"\n')
        self.write("core/model/b.h", '#include "core/base/c.h"\n')
        self.assertEqual(self.found("cycle"), [])


class Sizes(Tree):
    def test_400_lines_are_fine_and_401_are_not(self):
        self.write("core/base/a.cpp", "int x;\n" * 400)
        self.write("core/base/b.cpp", "int x;\n" * 401)
        self.write("scripts/run", "#!/bin/sh\n" + "true\n" * 400)
        self.assertEqual(self.found("file_size"), [("core/base/b.cpp", 401), ("scripts/run", 401)])

    def test_70_lines_are_fine_and_71_are_not(self):
        self.write("core/base/a.cpp", in_namespace(70))
        self.write("core/base/b.cpp", in_namespace(71))
        self.assertEqual(self.found("function_size"), [("core/base/b.cpp", 4)])

    def test_main_of_the_server_has_20_lines(self):
        self.write("host/app/main.cpp", "int main() {\n" + "    run();\n" * 19 + "}\n")
        self.assertEqual(self.found("function_size"), [("host/app/main.cpp", 1)])

    def test_functions_of_scripts_are_measured(self):
        self.write("scripts/run.py", "def f():\n" + "    x = 1\n" * 70)
        self.write("scripts/run", "#!/bin/bash\nf() {\n" + "    true\n" * 70 + "}\n")
        self.assertEqual(self.found("function_size"), [("scripts/run", 2), ("scripts/run.py", 1)])


class Functions(unittest.TestCase):
    def spans(self, text):
        return [(first, last) for first, last, _ in cpp_text.functions(text)]

    def test_braces_in_text_do_not_count(self):
        self.assertEqual(self.spans('void f() {\n  g("{", \'{\', R"({\n{)"); // {\n}\n'), [(1, 4)])

    def test_a_constructor_with_braces_in_its_list_is_one_function(self):
        self.assertEqual(self.spans("A::A(int x)\n    : a_{x}, b_(1), c_{} {\n  go();\n}\nint y{3};\nvoid f() {\n}\n"),
                         [(1, 4), (6, 7)])

    def test_types_and_tables_are_no_functions(self):
        self.assertEqual(self.spans("struct A final : B<C> {\n  int x = 0;\n};\nconstexpr int t[] = {\n 1,\n};\n"
                                    "enum class E : int {\n a };\nnamespace {\nint z{\n};\n}\n"), [])

    def test_trailing_types_annotations_and_operators_are_functions(self):
        self.assertEqual(self.spans("auto f() -> std::vector<int> {\n}\nvoid g() REQUIRES(mutex_) {\n}\n"
                                    "bool operator()(int a) const override {\n}\nTEST(A, B) {\n}\n"),
                         [(1, 2), (3, 4), (5, 6), (7, 8)])

    def test_a_digit_separator_opens_no_character(self):
        self.assertEqual(self.spans("int x = 1'000'000;\nvoid f() {\n}\n"), [(2, 3)])

    def test_a_default_argument_in_braces_is_no_body(self):
        self.assertEqual(self.spans("void f(std::vector<int> v = {},\n       int x = 0) {\n}\n"), [(1, 3)])


class Texts(Tree):
    def test_a_mark_is_found(self):
        self.write("docs/a.md", f"first\nthen {MARK}: later\n")
        self.assertEqual(self.found("mark"), [("docs/a.md", 2)])

    def test_a_machine_path_is_found(self):
        self.write("configs/a.yml", f"a: 1\nb: {MACHINE}\n")
        self.write("configs/b.yml", "a: https://example.com" + MACHINE + "\n")
        self.assertEqual(self.found("machine_path"), [("configs/a.yml", 2)])

    def test_a_swallowed_exception_is_found(self):
        self.write("core/base/a.cpp", "void f() {\n  try {\n  } catch (...) {\n    // nothing to do\n  }\n}\n")
        self.write("core/base/b.cpp", "void f() {\n  try {\n  } catch (...) {\n    report();\n  }\n}\n")
        self.assertEqual(self.found("swallow"), [("core/base/a.cpp", 3)])

    def test_a_named_exception_may_be_passed_over_with_a_reason(self):
        self.write("core/base/a.cpp", "void f() {\n  try {\n  } catch (const E&) {\n    // then it is the other format\n  }\n}\n")
        self.write("core/base/b.cpp", "void f() {\n  try {\n  } catch (const E&) {\n  }\n}\n")
        self.assertEqual(self.found("swallow"), [("core/base/b.cpp", 3)])

    def test_a_vague_name_is_found(self):
        self.write("core/base/string_utils.h")
        self.write("core/base/Status.h")
        self.assertEqual(self.found("file_name"), [("core/base/Status.h", 1), ("core/base/string_utils.h", 1)])


class Company(Tree):
    def test_a_source_without_a_test_is_found(self):
        self.write("core/base/a.cpp")
        self.write("core/base/b.cpp")
        self.write("tests/base/b_test.cpp")
        self.assertEqual(self.found("no_test"), [("core/base/a.cpp", 1)])

    def test_a_header_that_nobody_includes_is_found(self):
        self.write("core/base/a.h")
        self.write("core/base/b.h")
        self.write("plugins/aws/c.h")
        self.write("core/base/b.cpp", '#include "core/base/b.h"\n')
        self.write("plugins/aws/c.cpp", '#include "c.h"\n')
        self.assertEqual(self.found("dead_header"), [("core/base/a.h", 1)])

    def test_a_source_that_no_target_compiles_is_found(self):
        alive = self.write("core/base/a.cpp")
        self.write("core/base/b.cpp")
        commands = self.write("build/compile_commands.json",
                              json.dumps([{"directory": os.path.dirname(alive), "file": alive}]))
        self.assertEqual(self.found("dead_source", compile_commands=commands), [("core/base/b.cpp", 1)])

    def test_a_folder_without_a_readme_is_found(self):
        self.write("core/base/a.h")
        self.write("core/model/a.h")
        self.write("core/model/README.md")
        self.assertEqual(self.found("no_readme"), [("core/base", 1)])


if __name__ == "__main__":
    unittest.main()
