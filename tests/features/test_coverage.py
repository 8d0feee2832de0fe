from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.coverage import UNKNOWN_FORMAT, read_coverage

COBERTURA = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.5"><sources><source>/home/me/shop/src</source></sources><packages>
<package><classes>
<class filename="shop/cart.py"><methods><method><lines><line number="1" hits="4"/></lines></method></methods>
<lines><line number="1" hits="4"/><line number="2" hits="0"/><line number="3" hits="1"/></lines>
</class>
<class filename="shop/cart.py" name="Inner">
<lines><line number="3" hits="0"/><line number="4" hits="0"/></lines></class>
<class filename="shop/tax.py"><lines/></class>
</classes></package></packages></coverage>"""


def test_cobertura_lines_are_counted_once_for_each_file() -> None:
    assert read_coverage(COBERTURA, root="/home/me/shop") == {"src/shop/cart.py": (2, 4), "src/shop/tax.py": (0, 0)}


def test_lcov_records_of_one_file_are_merged() -> None:
    report = (
        b"TN:\nSF:/w/a.c\nFN:1,f\nDA:1,5\nDA:2,0,abc\nDA:3,=====\nend_of_record\n"
        b"SF:/w/a.c\nDA:2,1\nend_of_record\nSF:lib\\b.c\nDA:1,0\nend_of_record\n"
    )
    assert read_coverage(report, root="/w") == {"a.c": (2, 3), "lib/b.c": (0, 1)}


def test_coverage_py_json_is_read() -> None:
    report = {
        "meta": {},
        "files": {
            "src/a.py": {"summary": {"covered_lines": 7, "num_statements": 9}},
            "./b.py": {"summary": {"covered_lines": 0, "num_statements": 0}},
            "/elsewhere/c.py": {"summary": {"covered_lines": 1, "num_statements": 1}},
            "../d.py": {"summary": {"covered_lines": 1, "num_statements": 1}},
            "absurd.py": {"summary": {"covered_lines": 9, "num_statements": 1}},
        },
    }
    assert read_coverage(json.dumps(report).encode()) == {"src/a.py": (7, 9), "b.py": (0, 0)}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", UNKNOWN_FORMAT.reason),
        (b"hello", UNKNOWN_FORMAT.reason),
        (b'{"files": {"a": 1}}', UNKNOWN_FORMAT.reason),
        (b'{"a": 1', "is not valid JSON"),
        (b"{" * 100_000, "is not valid JSON"),
        (b'{"a":' * 100_000, "is not valid JSON"),
        (b"<html></html>", UNKNOWN_FORMAT.reason),
        (b"<coverage>", "is not valid XML"),
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><coverage>&b;</coverage>',
            "declares a document type, which is not read",
        ),
        (b"\xff\xfe<\x00c\x00", UNKNOWN_FORMAT.reason),
    ],
)
def test_what_is_no_report_is_missing_with_its_reason(data: bytes, reason: str) -> None:
    assert read_coverage(data) == Missing(reason)


def test_a_deep_report_is_no_danger() -> None:
    assert isinstance(read_coverage(b"<coverage>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</coverage>"), dict)


@given(
    st.binary(max_size=300)
    | st.text(st.sampled_from('<>{}[]":,SFDA:0123456789\n/coverage'), max_size=300).map(str.encode)
)
def test_no_bytes_make_it_fail(data: bytes) -> None:
    found = read_coverage(data)
    assert isinstance(found, Missing | dict)
