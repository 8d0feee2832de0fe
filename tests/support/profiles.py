"""Raw data as people have them: the profile of a repository, and what is known of one file and its commits."""

from __future__ import annotations

from typing import Any


def git_profile() -> dict[str, Any]:
    """Return the profile of a repository, with what its tools measured of it."""
    return {
        "service": "requests",
        "repositories": [{"main_language": "Python", "license": "Apache-2.0"}],
        "git_summary": {
            "commits": 1250,
            "contributors": 45,
            "first_commit": "2011-02-13",
            "last_commit": "2024-12-26",
            "contributors_top10": [{"name": "Kenneth", "email": "k@example.org", "commits": 1089, "percentage": 87.12}],
        },
        "reference_date": "2024-12-26",
        "metrics": {"test_coverage": {"test_files": 45, "test_ratio": 0.36}},
        "code_metrics": {
            "cyclomatic_complexity": 12,
            "cognitive_complexity": 9,
            "code_lines": 800,
            "comment_lines": 200,
            "lcom4": [1, 4],
        },
        "business_context": {"traffic_impact": 0.3, "revenue_impact": 0.2, "criticality_level": 4},
        "dependencies": {"external": ["urllib3", "idna", "certifi"], "max_depth": 4},
        "complexite_npath": 2.5,
        "nb_dependances_circulaires": 1,
    }


def file_history() -> list[dict[str, Any]]:
    """Return six commits on a file: one fix, one hotfix, one revert, three people."""
    ada, grace, linus = "Ada <ada@example.org>", "Grace <grace@example.org>", "Linus <linus@example.org>"
    rows = [
        ("2024-01-01", ada, "Add the parser", 100, 0),
        ("2024-02-01", ada, "Read numbers", 20, 5),
        ("2024-03-01", grace, "Fix crash on empty input", 4, 1),
        ("2024-04-01", ada, "Read texts", 30, 10),
        ("2024-05-01", linus, "hotfix: guard against bug 7", 2, 0),
        ("2024-06-01", grace, 'Revert "Read texts"', 10, 30),
    ]
    return [
        {"date": date, "author": author, "message": message, "lines_added": added, "lines_deleted": deleted}
        for date, author, message, added, deleted in rows
    ]
