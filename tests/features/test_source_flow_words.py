"""Ruby and Lua: blocks that end with a word, conditions that follow their statement."""

from __future__ import annotations

import pytest

from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.source.measure import measure_source


def function(path: str, body: str) -> FunctionMetrics:
    lines = "\n".join("  " + line for line in body.split("\n"))
    head = "function f(a)" if path.endswith("lua") else "def f(a)"
    metrics = measure_source(path, f"{head}\n{lines}\nend\n")
    assert isinstance(metrics, SourceMetrics)
    return next(item for item in metrics.functions if item.name == "f")


@pytest.mark.parametrize(
    ("body", "points", "depth"),
    [
        ("x", 0, 0),
        ("if a\n  x\nend", 1, 1),
        ("if a then x end", 1, 1),
        ("if a\n  x\nelsif b\n  y\nelse\n  z\nend", 3, 1),
        ("unless a\n  x\nelse\n  y\nend", 2, 1),
        ("return 1 if a && b", 2, 1),
        ("x += 1 while a", 1, 1),
        ("raise Error, 'x' unless a or b\ny if c", 3, 1),
        ("while a\n  if b\n    x\n  end\nend", 3, 2),
        ("until a do\n  x\nend", 1, 1),
        ("for i in 1..3 do\n  x if i\nend", 3, 2),
        ("case a\nwhen 1 then x\nwhen 2, 3\n  y\nelse\n  z if b\nend", 3, 2),
        ("v = if a\n  1\nelse\n  2\nend\nx if v", 3, 1),
        ("a ? 1 : b ? 2 : 3", 3, 0),
        ("a.empty? || b.nil? && c", 2, 0),
        ("begin\n  x\nrescue A => e\n  y if e\nensure\n  z\nend", 3, 2),
        ("x\nrescue A\n  y\nelse\n  z", 1, 1),
        ("x = y rescue nil", 1, 1),
        ("a.each do |b|\n  x if b\nend", 2, 1),
        ("a.each { |b|\n  x if b\n}", 2, 1),
        ("a.select { |b| b && c }.map(&:d)", 1, 0),
        ("v = { if: 1, end: a.end }\nx if v", 1, 1),
        ('puts "#{a ? 1 : 2} if"', 1, 0),
        ("f(a - 1) if a", 2, 1),
        ("a &&\n  b", 1, 0),
        ("a\n  .map { |x| x }\n  .first if b", 1, 1),
        ("# if a\nx", 0, 0),
    ],
)
def test_ruby(body: str, points: int, depth: int) -> None:
    found = function("a.rb", body)
    assert (found.cognitive, found.nesting) == (points, depth)


@pytest.mark.parametrize(
    ("body", "points", "depth"),
    [
        ("x()", 0, 0),
        ("if a then\n  x()\nelseif b then\n  y()\nelse\n  z()\nend", 3, 1),
        ("for i = 1, 2 do\n  if a and b then x() end\nend", 4, 2),
        ("while a do\n  x()\nend", 1, 1),
        ("repeat\n  x()\nuntil a or b", 2, 1),
        ("local g = function(b)\n  if b then x() end\nend\ny(g)", 2, 1),
        ("return a and b or c", 2, 0),
        ("do\n  x()\nend\nif a then y() end", 1, 1),
        ("return f(a - 1)", 1, 0),
    ],
)
def test_lua(body: str, points: int, depth: int) -> None:
    found = function("a.lua", body)
    assert (found.cognitive, found.nesting) == (points, depth)
