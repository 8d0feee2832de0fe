"""Names of packages outside the repository, and which names belong to a language's own library."""

from __future__ import annotations

import sys

PYTHON_STDLIB = sys.stdlib_module_names | {"__future__"}
NODE_BUILTINS = frozenset(
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain "
    "events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl "
    "stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib".split()
)
LONGEST_NAME = 500
"""Characters of a name that is looked for; a list of names below a longer prefix would outgrow its text."""
RUST_STD = frozenset(("std", "core", "alloc", "proc_macro", "test"))
RUBY_STDLIB = frozenset(
    "English abbrev base64 benchmark bigdecimal bundler cgi coverage csv date delegate digest drb erb etc expect fcntl "
    "fiber fiddle fileutils find forwardable getoptlong io ipaddr irb json logger matrix minitest monitor mutex_m net "
    "nkf objspace observer open-uri open3 openssl optparse ostruct pathname pp prettyprint prime pstore psych pty "
    "racc rake rbconfig rdoc readline reline resolv rinda ripper rubygems securerandom set shellwords singleton socket "
    "stringio strscan syslog tempfile test thread time timeout tmpdir tracer tsort un uri weakref webrick win32 "
    "win32ole yaml zlib".split()
)
C_SYSTEM = frozenset(
    "aio alloca arpa assert ar ctype complex cpio dirent dlfcn elf endian err errno execinfo fcntl features fenv "
    "float fmtmsg fnmatch ftw getopt glob grp iconv ifaddrs inttypes io iso646 langinfo libgen limits linux "
    "locale malloc math memory mntent monetary mqueue net netdb netinet nl_types poll process pthread pty pwd "
    "regex resolv sched search semaphore setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint "
    "stdio stdlib stdnoreturn string strings stropts sys syslog sysexits tar termios tgmath threads time trace "
    "uchar ucontext ulimit unistd utime utmp utmpx values wchar wctype winsock2 windows winsock ws2tcpip direct "
    "tchar crtdbg intrin immintrin emmintrin xmmintrin mach machine asm asm-generic objc Foundation "
    "CoreFoundation AvailabilityMacros TargetConditionals".split()
)
JVM_STD = tuple("java. javax. kotlin. scala. jdk. sun. com.sun. groovy.lang. groovy.util. jakarta.".split())
TOP_LEVEL_DOMAINS = frozenset("com org net io edu gov dev me de fr uk co app ai tech info eu nl ch ru cn jp".split())
GO_TWO_PART_HOSTS = frozenset(("gopkg.in", "k8s.io", "go.uber.org", "google.golang.org", "modernc.org", "rsc.io"))


def jvm_group(name: str) -> str:
    """Return the group a JVM package belongs to: three lower-case segments below a top-level domain, else the first.

    Examples
    --------
    >>> jvm_group("org.apache.kafka.common.Node"), jvm_group("okhttp3.Call"), jvm_group("org.junit.Test")
    ('org.apache.kafka', 'okhttp3', 'org.junit')
    """
    parts = name.split(".")
    size = 3 if parts[0] in TOP_LEVEL_DOMAINS else 1
    names = [part for part in parts[:size] if part and not part[0].isupper() and part != "*"]
    return ".".join(names)


def npm_package(spec: str) -> str:
    """Return the package an npm specifier names.

    Examples
    --------
    >>> npm_package("@vue/shared/dist/x"), npm_package("lodash/fp")
    ('@vue/shared', 'lodash')
    """
    return "/".join(spec.split("/")[: 2 if spec.startswith("@") else 1])


def go_package(spec: str) -> str:
    """Return the repository a Go import path names: host, owner and name.

    Examples
    --------
    >>> go_package("github.com/spf13/pflag/sub"), go_package("gopkg.in/yaml.v3")
    ('github.com/spf13/pflag', 'gopkg.in/yaml.v3')
    """
    parts = spec.split("/")
    return "/".join(parts[: 2 if parts[0] in GO_TWO_PART_HOSTS else 3])
