"""Whatever a text is, reading it stays under 300 MB; each is read by a process of its own, whose peak is measured."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource")

LIMIT_MB = 300
SOURCES = {
    "Python statements": ("a.py", "'a\\n' * 124_000"),
    "Python, too many": ("a.py", "'a\\n' * 490_000"),
    "Java tokens": ("a.java", "('a;' * 40 + '\\n') * 4_300"),
    "Java, too many": ("a.java", "('a;' * 40 + '\\n') * 12_000"),
    "Fortran functions": ("a.f90", "'function f\\n' * 4_500"),
    "Ruby tokens": ("a.rb", "('a;' * 40 + '\\n') * 4_300"),
    "GDScript functions": ("a.gd", "''.join(' ' * n + f'func f{n}():\\n' for n in range(200))"),
}
REPORTS = {
    "XML lines": (
        "b'<coverage><class filename=\"a\">' + b'<line number=\"7\" hits=\"1\"/>' * 400_000 + b'</class></coverage>'"
    ),
    "XML elements": "b'<coverage>' + b'<a/>' * 4_000_000 + b'</coverage>'",
    "XML depth": "b'<coverage>' + b'<a>' * 9_000_000",
    "XML attributes": "b'<coverage ' + b'a=\"\" ' * 4_000_000 + b'/>'",
    "LCOV": "b'SF:a\\n' + b''.join(b'DA:%d,1\\n' % n for n in range(1_000_000))",
    "JSON lists": "b'{\"files\": [' + b'[],' * 9_000_000 + b'1]}'",
    "JSON numbers": "b'{\"files\": {\"a\": {\"executed_lines\": [' + b'1,' * 9_000_000 + b'1]}}}'",
}


def peak_of(code: str) -> int:
    script = (
        f"import resource\n{code}\nimport re, pathlib\nstatus = pathlib.Path('/proc/self/status')\n"
        # what getrusage tells begins with the memory of whoever forked
        "print(re.search(r'VmHWM:\\s*(\\d+)', status.read_text())[1] if status.exists() else "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    return int(done.stdout) // (1024 if sys.platform == "linux" else 1024 * 1024)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "text"), SOURCES.values(), ids=SOURCES)
def test_a_source_file_does_not_fill_the_memory(path: str, text: str) -> None:
    reading = f"from hyperion_hook.features.source.measure import measure_source; measure_source({path!r}, {text})"
    assert peak_of(reading) < LIMIT_MB


@pytest.mark.slow
@pytest.mark.parametrize("data", REPORTS.values(), ids=REPORTS)
def test_a_coverage_report_does_not_fill_the_memory(data: str) -> None:
    assert peak_of(f"from hyperion_hook.features.coverage import read_coverage; read_coverage({data})") < LIMIT_MB
