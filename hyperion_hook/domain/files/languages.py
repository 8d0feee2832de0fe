"""The one table of languages: which files are written in which, how comments look, and who reads their functions.

To count lines and tokens of code takes only the comments; complexity, functions and classes take a reader. A language
without comments here can be told but not read: what is known of its code is ``Missing``, never zero.
"""

from __future__ import annotations

from functools import lru_cache

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comments:
    """What begins a line that is a comment, and the pairs of marks around one that may go over lines."""

    lines: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    ``endings`` of files, in small letters; ``names`` of build files, whose role is configuration; ``runs`` are the
    interpreters that a first line may name; ``reader`` who reads functions and classes: ``ast``, ``lizard`` or nobody.
    """

    name: str
    endings: tuple[str, ...]
    comments: Comments | None
    reader: str = ""
    names: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    is_build: bool = False


_C = Comments(("//",), (("/*", "*/"),))
_SCRIPT = Comments(("//",), (("/*", "*/"), ("{/*", "*/")))
"""With the comments between tags of JSX."""
_HASH = Comments(("#",))
_DOCSTRINGS = Comments(("#",), (('"""', '"""'), ("'''", "'''")))
_DASH = Comments(("--",))
_SEMICOLON = Comments((";",))
_HCL = Comments(("#", "//"), (("/*", "*/"),))
_HASH_OR_C = Comments(("//", "#"), (("/*", "*/"),))
_MARKUP = Comments((), (("<!--", "-->"),))
_COMPONENT = Comments(("//",), (("/*", "*/"), ("<!--", "-->")))
_LISP = Comments((";",), (("#|", "|#"),))
_HASKELL = Comments(("--",), (("{-", "-}"),))
_QUOTE = Comments(("'", "REM ", "Rem ", "rem "))


def _row(
    name: str,
    endings: str,
    comments: Comments | None,
    reader: str = "",
    *,
    names: str = "",
    runs: str = "",
    is_build: bool = False,
) -> Language:
    return Language(name, tuple(endings.split()), comments, reader, tuple(names.split()), tuple(runs.split()), is_build)


LANGUAGES = {
    language.name: language
    for language in (
        _row(
            "Python",
            "py pyi pyw wsgi",
            _DOCSTRINGS,
            "ast",
            names="sconstruct sconscript wscript",
            runs="python pypy uv",
        ),
        _row("Jupyter Notebook", "ipynb", None, "ast"),
        _row("Snakemake", "smk", _DOCSTRINGS, names="snakefile"),
        _row("Cython", "pyx pxd", _DOCSTRINGS),
        _row("Java", "java", _C, "lizard", runs="java"),
        _row("Kotlin", "kt kts", _C, "lizard", runs="kotlin kotlinc"),
        _row("Scala", "scala sc", _C, "lizard", runs="scala scala-cli amm"),
        _row("Groovy", "groovy", _C, names="jenkinsfile", runs="groovy"),
        _row("Gradle", "gradle", _C, is_build=True),
        _row("JavaScript", "js jsx mjs cjs es6", _SCRIPT, "lizard", names="jakefile", runs="node nodejs bun"),
        _row("TypeScript", "ts tsx mts cts", _SCRIPT, "lizard", runs="deno ts-node tsx"),
        _row("Vue", "vue", _COMPONENT, "lizard"),
        _row("Svelte", "svelte", _COMPONENT, "lizard"),
        _row("Astro", "astro", _COMPONENT),
        _row("CoffeeScript", "coffee", Comments(("#",), (("###", "###"),)), runs="coffee"),
        _row("Go", "go", _C, "lizard"),
        _row("Rust", "rs", _C, "lizard", runs="rust-script"),
        _row("C", "c h", _C, "lizard", runs="tcc"),
        _row("C++", "cc cpp cxx c++ hh hpp hxx h++ inl ipp tpp tcc ixx cppm cu cuh hip ino", _C, "lizard"),
        _row("C#", "cs csx", _C, "lizard", runs="dotnet-script"),
        _row("F#", "fs fsi fsx", Comments(("//",), (("(*", "*)"),))),
        _row("Visual Basic", "vb bas vbs frm cls", _QUOTE),
        _row("Objective-C", "m mm", _C, "lizard"),
        _row("Swift", "swift", _C, "lizard", runs="swift"),
        _row("Dart", "dart", _C, runs="dart"),
        _row("D", "d di", Comments(("//",), (("/*", "*/"), ("/+", "+/")))),
        _row("Zig", "zig", Comments(("//",)), "lizard"),
        _row("V", "v sv svh vsh", _C),
        _row("VHDL", "vhd vhdl", _DASH),
        _row("Shading language", "glsl vert frag geom comp hlsl fx metal cl wgsl", _C),
        _row("Solidity", "sol", _C, "lizard"),
        _row("Move", "move cairo", _C),
        _row("Protocol Buffers", "proto thrift fbs capnp", _C),
        _row("GraphQL", "graphql gql graphqls", Comments(("#",), (('"""', '"""'),))),
        _row(
            "Ruby",
            "rb rake gemspec ru podspec",
            Comments(("#",), (("=begin", "=end"),)),
            "lizard",
            names="gemfile rakefile podfile vagrantfile brewfile guardfile capfile fastfile thorfile berksfile"
            " dangerfile puppetfile appraisals steepfile deliverfile appfile matchfile .irbrc .pryrc",
            runs="ruby jruby",
        ),
        _row("Crystal", "cr", _HASH, runs="crystal"),
        _row("PHP", "php phtml php5", _HASH_OR_C, "lizard", runs="php"),
        _row("Hack", "hack", _HASH_OR_C),
        _row("Perl", "pl pm t", Comments(("#",), (("=pod", "=cut"), ("=head", "=cut"))), "lizard", runs="perl"),
        _row("Raku", "raku rakumod", _HASH, runs="raku perl6"),
        _row(
            "Lua",
            "lua luau",
            Comments(("--",), (("--[[", "]]"), ("--[=[", "]=]"), ("--[==[", "]==]"))),
            "lizard",
            runs="lua luajit",
        ),
        _row(
            "Shell",
            "sh bash zsh ksh fish bats ebuild",
            _HASH,
            names="pkgbuild configure .bashrc .bash_profile .bash_aliases .zshrc .zshenv .zprofile .profile .envrc",
            runs="sh bash zsh dash ksh ash fish bats nix-shell busybox",
        ),
        _row("PowerShell", "ps1 psm1 psd1", Comments(("#",), (("<#", "#>"),)), runs="pwsh powershell"),
        _row("Batch", "bat cmd", Comments(("REM ", "rem ", "Rem ", "@REM ", "@rem ", "::"))),
        _row("Awk", "awk", _HASH, runs="awk gawk mawk"),
        _row("Sed", "sed", _HASH, runs="sed"),
        _row("Tcl", "tcl tk exp", _HASH, runs="tclsh wish expect"),
        _row("R", "r", _HASH, "lizard", runs="Rscript r"),
        _row("R Markdown", "rmd qmd", None),
        _row("Julia", "jl", Comments(("#",), (('"""', '"""'), ("'''", "'''"), ("#=", "=#"))), runs="julia"),
        _row("MATLAB", "mlx", None),
        _row("Octave", "octave", Comments(("%", "#"), (("%{", "%}"), ("#{", "#}"))), runs="octave"),
        _row("Mathematica", "wl wls nb", None, runs="wolframscript"),
        _row("Stata", "do ado", Comments(("*", "//"), (("/*", "*/"),))),
        _row("SAS", "sas", Comments(("*",), (("/*", "*/"),))),
        _row("Fortran", "f f90 f95 f03 f08 f77 for", Comments(("!",)), "lizard"),
        _row("COBOL", "cob cbl cpy", Comments(("*",))),
        _row("Pascal", "pas dpr lpr", Comments(("//",), (("{", "}"), ("(*", "*)")))),
        _row("Ada", "adb ads ada", _DASH),
        _row("Erlang", "erl hrl", Comments(("%",)), "lizard", runs="escript"),
        _row("Elixir", "ex exs", Comments(("#",), (('"""', '"""'), ("'''", "'''"))), runs="elixir"),
        _row("Gleam", "gleam", Comments(("//",))),
        _row("Haskell", "hs", _HASKELL, runs="runhaskell runghc stack cabal"),
        _row("Literate Haskell", "lhs", None),
        _row("Elm", "elm", _HASKELL),
        _row("PureScript", "purs", _HASKELL),
        _row("Lean", "lean", Comments(("--",), (("/-", "-/"),))),
        _row("OCaml", "ml mli mll mly", Comments((), (("(*", "*)"),)), runs="ocaml"),
        _row("Reason", "re rei res resi", _C),
        _row("Standard ML", "sml sig", Comments((), (("(*", "*)"),))),
        _row("Coq", "coq", Comments((), (("(*", "*)"),))),
        _row("Clojure", "clj cljs cljc cljd edn bb", _SEMICOLON, runs="clojure clj bb"),
        _row("Common Lisp", "lisp lsp asd", _LISP, runs="sbcl clisp"),
        _row("Emacs Lisp", "el", _SEMICOLON, runs="emacs"),
        _row("Scheme", "scm ss sld rkt", _LISP, runs="guile racket chicken"),
        _row("Fennel", "fnl", _SEMICOLON, runs="fennel"),
        _row("Prolog", "pro prolog", Comments(("%",), (("/*", "*/"),)), runs="swipl"),
        _row("Nim", "nim nims nimble", Comments(("#",), (("#[", "]#"), ('"""', '"""')))),
        _row("Haxe", "hx", _C),
        _row("ActionScript", "as", _C),
        _row("Vala", "vala vapi", _C),
        _row("GDScript", "gd", _HASH, "lizard"),
        _row("AppleScript", "applescript", Comments(("--", "#"), (("(*", "*)"),)), runs="osascript"),
        _row("AutoHotkey", "ahk au3", Comments((";",), (("/*", "*/"),))),
        _row("Vim script", "vim", Comments(('"',))),
        _row("Assembly", "s asm nasm", Comments((";", "#", "//", "@"), (("/*", "*/"),))),
        _row("LLVM", "ll mlir", Comments((";", "//"))),
        _row("SQL", "sql ddl plsql pks pkb psql hql", Comments(("--",), (("/*", "*/"),)), "lizard"),
        _row("Apex", "apex trigger", _C),
        _row("Terraform", "tf hcl tofu", _HCL),
        _row("Bicep", "bicep", _C),
        _row("Puppet", "pp", _HASH),
        _row("Rego", "rego", _HASH, runs="opa"),
        _row("Jsonnet", "jsonnet libsonnet", _HASH_OR_C),
        _row("CUE", "cue", Comments(("//",))),
        _row("Dhall", "dhall", _HASKELL),
        _row("Nix", "nix", Comments(("#",), (("/*", "*/"),))),
        _row(
            "Starlark",
            "bzl star",
            _DOCSTRINGS,
            names="build build.bazel workspace workspace.bazel module.bazel tiltfile buck",
            is_build=True,
        ),
        _row(
            "Makefile",
            "mk mak make",
            _HASH,
            names="makefile gnumakefile bsdmakefile kbuild",
            runs="make",
            is_build=True,
        ),
        _row(
            "Dockerfile", "dockerfile containerfile", _HASH, names="dockerfile containerfile earthfile", is_build=True
        ),
        _row("CMake", "cmake", Comments(("#",), (("#[[", "]]"),)), names="cmakelists.txt", is_build=True),
        _row("Meson", "", _HASH, names="meson.build meson_options.txt meson.options", is_build=True),
        _row("Ninja", "ninja gn gni", _HASH, is_build=True),
        _row("Just", "just", _HASH, names="justfile", runs="just", is_build=True),
        _row("M4", "m4 ac", Comments(("#", "dnl ")), is_build=True),
        _row("Automake", "am", _HASH, is_build=True),
        _row("Gherkin", "feature", _HASH),
        _row("XSLT", "xsl xslt xquery xq", _MARKUP),
        _row(
            "Server page",
            "jsp jspx asp aspx ascx cshtml vbhtml razor erb haml slim ejs pug jade hbs mustache twig liquid"
            " njk ftl vm heex eex leex",
            None,
        ),
        _row("QML", "qml", _C),
        _row("LaTeX style", "sty dtx ins", Comments(("%",))),
        _row("Gnuplot", "gp gnuplot plt", _HASH, runs="gnuplot"),
        _row("OpenSCAD", "scad", _C),
        _row("G-code", "gcode", _SEMICOLON),
        _row("Smalltalk", "st", None),
        _row("APL", "apl dyalog", Comments(("\u235d",)), runs="apl"),
        _row("Forth", "fth forth 4th", Comments(("\\ ",)), runs="gforth"),
    )
}
BY_ENDING = {ending: language.name for language in LANGUAGES.values() for ending in language.endings}
"""The language of each ending, which is in small letters."""
_BY_NAME = {name: language.name for language in LANGUAGES.values() for name in language.names}
_BY_INTERPRETER = {run.lower(): language.name for language in LANGUAGES.values() for run in language.runs}
TEMPLATE_ENDINGS = frozenset(["in", "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "dist", "sample", "example"])
"""Endings of files that become a file of the ending before it."""
_SHEBANG = late_pattern(r"#!\s*+(\S++)([^\n]*+)")


@lru_cache(maxsize=65_536)
def language_of(path: str) -> str | None:
    """Return the programming language that a path's ending or name tells, ``None`` for none.

    Examples
    --------
    >>> [language_of(path) for path in ("src/app.PY", "notes.txt", "a.d/Makefile", "Dockerfile.dev", "config.h.in")]
    ['Python', None, 'Makefile', 'Dockerfile', 'C']
    """
    name = path.rpartition("/")[2].lower()
    language = _BY_NAME.get(name)
    if language is not None:
        return language
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        return None
    language = BY_ENDING.get(ending)
    if language is None and ending in TEMPLATE_ENDINGS:
        return language_of(stem)
    return language or ("Dockerfile" if stem in ("dockerfile", "containerfile") else None)


def is_build_file(path: str) -> bool:
    """Return whether a path of a known language is part of the build: its code is code, its role configuration.

    Examples
    --------
    >>> is_build_file("lib/Makefile"), is_build_file("build.gradle"), is_build_file("Rakefile"), is_build_file("a.rb")
    (True, True, True, False)
    """
    language = language_of(path)
    return language is not None and (
        LANGUAGES[language].is_build or path.rpartition("/")[2].lower() in LANGUAGES[language].names
    )


def language_of_script(text: str) -> str | None:
    r"""Return the language of a text whose first line names an interpreter, '' for one unknown, ``None`` without one.

    Examples
    --------
    >>> [language_of_script(text) for text in ("#!/usr/bin/env -S python3.11 -u\n", "#! /bin/sh", "#!/x/foo", "a\n")]
    ['Python', 'Shell', '', None]
    """
    line = _SHEBANG.match(text.removeprefix("\ufeff"))
    if line is None:
        return None
    program, words = line[1], line[2].split()
    if program.rpartition("/")[2] == "env":
        program = next((word for word in words if not word.startswith("-") and "=" not in word), "")
    return _BY_INTERPRETER.get(program.rpartition("/")[2].lower().rstrip("0123456789.-"), "")
