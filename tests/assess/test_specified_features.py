"""The specification's 35 features on a typical Python and a typical Java change."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.config.load import load_config
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import SPECIFIED, names_of
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo

SETTINGS = """
coverage-before = ["before.info"]
coverage-after = ["after.info"]

[revenue]
"shop/*" = 0.8
"src/*" = 0.5
"""
UNKNOWN_WITHOUT_SETTINGS = {"test_coverage_delta", "revenue_impact", "discussion_count"}

PYTHON = {
    "shop/__init__.py": "",
    "shop/cart.py": (
        "from shop import price\n\n\nclass Base:\n    pass\n\n\nclass Cart(Base):\n    def __init__(self):\n"
        "        self.items = []\n\n    def add(self, item):\n        # keep it\n        self.items.append(item)\n\n"
        "    def total(self):\n        return sum(price.of(item) for item in self.items)\n"
    ),
    "shop/price.py": "import json\n\n\ndef of(item):\n    return json.loads(item)['price']\n",
    "shop/main.py": "from shop.cart import Cart\n\n\ndef run():\n    return Cart()\n",
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['click>=8', 'requests']\n",
}
JAVA = {
    "src/main/java/org/shop/Cart.java": (
        "package org.shop;\n\nimport org.shop.Price;\nimport java.util.List;\n\npublic class Cart extends Base {\n"
        "    private List<String> items;\n    // keeps\n    public void add(String item) {\n        items.add(item);\n"
        "    }\n    public int size() {\n        return items.size();\n    }\n}\n"
    ),
    "src/main/java/org/shop/Base.java": "package org.shop;\n\npublic class Base {\n    int id() { return 1; }\n}\n",
    "src/main/java/org/shop/Price.java": "package org.shop;\n\npublic class Price {\n    int of() { return 2; }\n}\n",
    "src/main/java/org/shop/Main.java": (
        "package org.shop;\n\nimport org.shop.Cart;\n\npublic class Main {\n    Cart cart() { return new Cart(); }\n}\n"
    ),
    "pom.xml": (
        "<project><dependencies><dependency><groupId>org.a</groupId><artifactId>b</artifactId><version>1</version>"
        "</dependency></dependencies></project>\n"
    ),
}
CASES = {
    "Python": (PYTHON, "shop/cart.py", "return sum(", "return 1 if not self.items else sum("),
    "Java": (JAVA, "src/main/java/org/shop/Cart.java", "items.add(item);", "if (item != null) { items.add(item); }"),
}


def vector_of(repo: TestRepo) -> FeatureVector:
    repository = Repository.discover(repo.path)
    measurer = StoreMeasurer(repository, load_config(repo.path, {}).config)
    try:
        return measurer.measure(commit_change(repository, "HEAD")).vector
    finally:
        measurer.close()


def changed(path: Path, language: str) -> TestRepo:
    files, name, old, new = CASES[language]
    repo = TestRepo(path)
    repo.commit(files, "Begin", "Grace <grace@example.org>")
    repo.commit({name: files[name] + "\n"}, "Fix crash", "Ada <ada@example.org>")
    repo.commit(
        {name: files[name].replace(old, new)},
        "Guard\n\nReviewed-by: Grace <grace@example.org>",
        "Ada <ada@example.org>",
    )
    # approved two hours later: equal dates tell of no approval
    repo.git("commit", "-q", "--amend", "--no-edit", env={"GIT_COMMITTER_DATE": f"@{repo.clock + 7_200} +0000"})
    return repo


@pytest.mark.parametrize("language", CASES)
def test_nearly_all_have_a_value_with_coverage_and_settings(tmp_path: Path, language: str) -> None:
    repo = changed(tmp_path / "repo", language)
    name = CASES[language][1]
    repo.write(
        {
            ".hyperion-hook.toml": SETTINGS,
            "before.info": f"SF:{name}\nDA:1,1\nDA:2,0\nend_of_record\n",
            "after.info": f"SF:{name}\nDA:1,1\nDA:2,1\nend_of_record\n",
        }
    )
    vector = vector_of(repo)
    missing = {feature: vector.missing[feature] for feature in names_of(SPECIFIED) if feature in vector.missing}
    assert set(missing) == {"discussion_count"}, missing
    assert vector["test_coverage_delta"] == 0.5


@pytest.mark.parametrize("language", CASES)
def test_without_them_exactly_what_nobody_can_know_is_missing(tmp_path: Path, language: str) -> None:
    vector = vector_of(changed(tmp_path / "repo", language))
    missing = {feature: vector.missing[feature] for feature in names_of(SPECIFIED) if feature in vector.missing}
    assert set(missing) == UNKNOWN_WITHOUT_SETTINGS, missing
    assert all(missing.values())
