from __future__ import annotations

from pathlib import Path

from tests.support.command import hyperion
from tests.support.history import tangled_history


def test_adding_tests_never_raises_the_risk(tmp_path: Path) -> None:
    repo = tangled_history(tmp_path / "repo", rounds=3)
    source = "".join(f"def f{number}(a):\n    return [b for b in a if b > {number}]\n" for number in range(8))

    def staged(files: dict[str, str]) -> float:
        for path, text in files.items():
            (repo.path / path).parent.mkdir(parents=True, exist_ok=True)
            (repo.path / path).write_text(text)
        repo.git("add", "-A")
        answer = hyperion(repo.path, "score", "--staged", "--format", "json").json()
        parts = [entry["contribution"] for entry in answer["explanation"]]
        assert abs(answer["explanation_base"] + sum(parts) - answer["risk"]["log_odds"]) < 1e-9
        probability = answer["risk"]["probability"]
        assert isinstance(probability, float)
        return probability

    alone = staged({"pkg/new.py": source})
    assert staged({"tests/test_new.py": "from pkg.new import *\n" + source.replace("def f", "def test_f")}) <= alone
    rows = "".join(f'{{"row": {n}, "of": [1, 2, 3]}}\n' for n in range(900))
    data = {f"tests/data/{n}.{ending}": rows for n in range(3) for ending in ("json", "html", "data", "xyz")}
    assert staged(data | {"tests/Makefile": "all:\n\ttrue\n", "tests/README.md": "What the rows mean\n"}) <= alone
    assert staged({f"more/tests/test_{n}.py": f"def test_{n}():\n    assert {n}\n" for n in range(9)}) <= alone


def test_adding_tests_never_raises_the_risk_of_a_build_file(tmp_path: Path) -> None:
    repo = tangled_history(tmp_path / "repo", rounds=3)

    def staged(files: dict[str, str]) -> float:
        for path, text in files.items():
            (repo.path / path).parent.mkdir(parents=True, exist_ok=True)
            (repo.path / path).write_text(text)
        repo.git("add", "-A")
        return float(hyperion(repo.path, "score", "--staged", "--format", "json").json()["risk"]["probability"])

    alone = staged({"settings.toml": "[tool.x]\na = 1\n"})
    test = "".join(f"def test_{n}():\n    for a in range(3):\n        assert {n}\n" for n in range(80))
    assert staged({"tests/test_new.py": test, "tests/data.json": test}) <= alone
