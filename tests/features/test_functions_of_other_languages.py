"""Functions of the languages that lizard reads alone, where its readers are known to stumble."""

from __future__ import annotations

import pytest

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.source.measure import measure_source

PERL = "sub tail {\n  my $a = shift;\n  return $a > 1 ? 1 : 0;\n}\n"
FORTRAN = "subroutine tail(a)\n  if (a > 1) then\n    a = 1\n  end if\nend subroutine tail\n"
SOLIDITY = "  function tail(uint a) public pure returns (uint) { return a > 1 ? 1 : 0; }\n}\n"
ZIG = "fn tail(a: i32) i32 {\n    return if (a > 1) 1 else 0;\n}\n"
R = "tail <- function(a) {\n  if (a > 1) 1 else 0\n}\n"
GODOT = "func tail(a):\n\tif a: return 1\n"
KINDS = {
    "Perl, words for operators": ("a.pl", "sub f { return $a && $b || $c and $d or !$e; }\n", PERL, {"f": 5}),
    "Perl, keys named like branches": ("a.pl", "sub f { return { default => 1, given => 2 }; }\n", PERL, {"f": 1}),
    "Perl, a here-document": ("a.pl", "print <<EOT, <<~'B';\nsub no { it's\nEOT\n  sub no {\n  B\n", PERL, {}),
    "Perl, documentation": ("a.pl", "=pod\n\n  sub no {\n\n=cut\nsub f { 1 }\n", PERL, {"f": 1}),
    "Perl, a pattern before": ("a.pl", "my $r = qr/a{2}[\"']/; $y =~ m#{#; $z = q{ { } sub };\n", PERL, {}),
    "Fortran, a bare end": ("a.f90", "function f(x)\n  f = x\nend\nsubroutine g\nEND ! g\n", FORTRAN, {"f": 1, "g": 1}),
    "Fortran, blocks": (
        "a.f90",
        "subroutine f\n  block\n    a = 1\n  end block\n  critical\n  end critical\n  forall (i=1:2) a(i) = 1\nend subroutine\n",
        FORTRAN,
        {"f": 1},
    ),
    "Fortran, the first column": (
        "a.f90",
        "complex function f(x)\ncall g\ncase_ = 1\nif (x) f = 1\nend function\n",
        FORTRAN,
        {"f": 2},
    ),
    "Fortran, a procedure of a submodule": (
        "a.f90",
        "submodule (a) b\ncontains\n  module procedure f\n  end procedure f\nend submodule\n",
        FORTRAN,
        {"f": 1},
    ),
    "Fortran, procedures of an interface": (
        "a.f90",
        "module a\n  interface b\n    module procedure c\n  end interface\ncontains\n  subroutine f\n  end\nend module\n",
        FORTRAN,
        {"f": 1},
    ),
    "Solidity, what is no function by name": (
        "a.sol",
        (
            "contract A {\n  modifier m { _; }\n  modifier n(uint x) { _; }\n  constructor(uint x) B(x) { if (x > 1) { } }\n"
            "  receive() external payable { }\n  fallback() external { }\n"
        ),
        SOLIDITY,
        {"m": 1, "n": 1, "constructor": 2, "receive": 1, "fallback": 1},
    ),
    "Solidity, declarations": (
        "a.sol",
        (
            "interface I {\n  function q() external;\n  function r(uint a)\n    external\n    returns (uint);\n}\ncontract A {\n"
            "  modifier only() virtual;\n"
        ),
        SOLIDITY,
        {},
    ),
    "Zig, declarations": ("a.zig", 'extern fn h(x: c_int) void;\npub extern "c" fn i(\n x: c_int,\n) void;\n', ZIG, {}),
    "Zig, texts of many lines": ("a.zig", "const s =\n    \\\\raw \" {\n    \\\\it's\n;\n", ZIG, {}),
    "R, the end of the line before": ("a.r", "f <- function(x) x + 1\n", R, {"f": 1}),
    "R, a function by its sign": ("a.r", "f <- \\(x) if (x) 1 else 2\n", R, {"f": 2}),
    "Godot, words for operators": ("a.gd", "func f(a):\n\tif a and b or c:\n\t\tpass\n", GODOT, {"f": 4}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_functions_and_their_decisions_are_those_of_the_text(kind: str) -> None:
    path, text, tail, expected = KINDS[kind]
    metrics = measure_source(path, text + tail)
    assert not isinstance(metrics, Missing), metrics.reason
    functions = {item.name.rpartition("::")[2]: (item.cyclomatic, item.start_line) for item in metrics.functions}
    assert functions.pop("tail") == (2, text.count("\n") + 1)
    assert {name: cyclomatic for name, (cyclomatic, _) in functions.items()} == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.pl", "sub f {\n  split /{/, $x;\n}\nsub g {\n  1;\n}\n"),
        ("a.pl", "sub f {\n  print <<EOT;\nit's {\n}\nsub g {\n  1;\n}\n"),
        ("a.f90", "#if 0\n#else\nsubroutine f\nend subroutine\n#endif\nsubroutine g\nend subroutine\n"),
    ],
)
def test_a_file_with_a_function_passed_over_is_missing(path: str, text: str) -> None:
    metrics = measure_source(path, text)
    assert isinstance(metrics, Missing)
    assert "passed over the function in line" in metrics.reason
