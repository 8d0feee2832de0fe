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
    assert staged({f"more/tests/test_{n}.py": f"def test_{n}():\n    assert {n}\n" for n in range(9)}) <= alone
