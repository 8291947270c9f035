"""Who may include whom, and where a third-party header may appear: the tables that the tidy test enforces."""

ALL_CORE = ("core/base", "core/model", "core/state", "core/config", "core/access", "core/plugin", "core/isolated", "core/warehouse",
            "core/run", "core/schedule", "core/deliver", "core/tenancy")
_BELOW_RUN = ("core/plugin", "core/warehouse", "core/state", "core/config", "core/access", "core/model", "core/base",
              "sdk")

# Folder -> the folders whose headers it may include besides its own. A folder that is not here may not exist.
ALLOWED = {
    "sdk": (),
    "core/base": ("sdk",),  # the JSON tree of the SDK is the one of core and host, too
    "core/model": ("core/base",),
    "core/state": ("core/model", "core/base"),
    "core/config": ("core/model", "core/base"),
    "core/access": ("core/config", "core/state", "core/model", "core/base"),
    "core/plugin": ("sdk", "core/state", "core/config", "core/model", "core/base"),
    "core/isolated": ("sdk", "core/plugin", "core/base"),
    # The warehouse port is implemented by a component of a plugin.
    "core/warehouse": ("sdk", "core/plugin", "core/state", "core/config", "core/model", "core/base"),
    "core/run": _BELOW_RUN,
    "core/schedule": ("core/run",) + _BELOW_RUN,  # a due schedule becomes a run
    "core/deliver": _BELOW_RUN,
    "core/tenancy": ("core/run",) + _BELOW_RUN,
    "host/http": ("core/access", "core/model", "core/base"),
    "host/routes": ("core/deliver", "core/run", "core/tenancy", "core/schedule", "core/access", "core/state", "core/config", "core/plugin",
                    "core/warehouse",
                    "core/model", "core/base", "host/http"),
    "host/sample": ("core/model", "core/base"),
    "host/app": ALL_CORE + ("host/http", "host/routes", "host/sample", "sdk"),
}
# Trees whose every subfolder stands alone: its own files and the SDK.
ALONE = ("plugins", "examples")
# Trees that may include anything.
FREE = ("tests", "bench")

# Third-party header (a prefix of what stands between the angle brackets) -> the folders that may include it.
WALLS = {
    "civetweb.h": ("host/http",),
    "sqlite3.h": ("core/state", "plugins/ducklake"),  # ducklake: the online backup of a catalog
    "libpq-fe.h": ("core/state",),
    "yaml-cpp/": ("core/config",),
    "curl/": ("core/base", "plugins/email"),
    "openssl/": ("core/base", "plugins/local", "plugins/webhook"),
    "rapidjson/": ("sdk", "core/base"),
    "zlib.h": ("core/base",),
    "isa-l": ("core/base",),
    "dlfcn.h": ("core/plugin",),
    "duckdb.h": ("plugins/ducklake",),
    "spdlog/fmt/": ALL_CORE + ("host/http", "host/routes", "host/app"),
    "fmt/": ALL_CORE + ("host/http", "host/routes", "host/app"),
    "spdlog/": ("core/base",),
    "prometheus/": ("host/http", "host/routes"),
    "CLI/": ("host/app",),
    "date/": ("core/base",),
    "gtest/": (),
    "gmock/": (),
    "benchmark/": (),
}

# Headers of the C++ standard library, of C, and of POSIX and Linux: anybody may include them.
STANDARD = frozenset("""
algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv chrono cinttypes
climits clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef
cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream
functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view strstream
system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
version cxxabi.h
assert.h ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdalign.h stdarg.h
stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h time.h uchar.h wchar.h
arpa/inet.h dirent.h elf.h endian.h fcntl.h glob.h grp.h ifaddrs.h libgen.h link.h malloc.h net/if.h netdb.h
netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h sched.h semaphore.h spawn.h strings.h syscall.h syslog.h termios.h
ucontext.h unistd.h utime.h execinfo.h
""".split())
STANDARD_PREFIXES = ("sys/", "linux/", "asm/", "immintrin.h")


def folder_of(path):
    """The folder that the tables speak of: two levels for most trees, one for sdk, tests and bench."""
    parts = path.split("/")
    if parts[0] in ("sdk", "tests", "bench"):
        return parts[0]
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def may_include(folder, target):
    """Whether a file of `folder` may include a header of `target`."""
    tree = folder.split("/")[0]
    if folder == target or tree in FREE:
        return True
    if tree in ALONE:
        return target == "sdk"
    return target in ALLOWED.get(folder, ())


def wall_of(header):
    """The folders that may include a third-party header, or None for a standard one; KeyError when it is unknown."""
    if header in STANDARD or header.startswith(STANDARD_PREFIXES):
        return None
    for prefix, folders in WALLS.items():
        if header == prefix or (prefix.endswith(("/", "-l")) and header.startswith(prefix)):
            return folders
    raise KeyError(header)
