"""What an import means: one small repository for each language, with the files and packages each import leads to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.features.graph.import_graph import build_graph
from hyperion_hook.features.imports.read import read_imports


def graph_of(files: Mapping[str, str]) -> ImportGraph:
    return build_graph({path: read_imports(path, text) for path, text in files.items()})


PYTHON = {
    "src/shop/__init__.py": "from .cart import Cart\n",
    "src/shop/cart.py": "import json\nimport requests\nfrom shop import prices\nfrom . import json as own\n",
    "src/shop/prices.py": "from shop.tools.text import clean\n",
    "src/shop/json.py": "",
    "src/shop/tools/__init__.py": "",
    "src/shop/tools/text.py": "from ..prices import Missing\nfrom .... import beyond\n",
    "tests/conftest.py": "import helpers\nimport shop.cart as c\nfrom yaml import x, y\n",
    "tests/helpers.py": "",
    "other/helpers.py": "import xml.dom\n",
}
JAVA = {
    "core/src/main/java/org/shop/Cart.java": "package org.shop;\nimport org.shop.price.Price;\nimport java.util.List;\nimport org.shop.price.Tax.Rate;\n",
    "core/src/main/java/org/shop/price/Price.java": "package org.shop.price;\nimport static org.shop.Cart.LIMIT;\nimport com.google.common.base.Joiner;\n",
    "core/src/main/java/org/shop/price/Tax.java": "package org.shop.price;\nimport org.shop.generated.Absent;\n",
    "core/src/test/java/org/shop/CartTest.java": "package org.shop;\nimport org.shop.price.*;\n"
    "import org.junit.Test;\n",
    "app/src/main/kotlin/App.kt": "package org.app\nimport org.shop.Cart\nimport org.app.util.shorten\n"
    "import okio.buffer\n",
    "app/src/main/kotlin/Strings.kt": "package org.app.util\n\nfun String.shorten() = this\n",
    "app/src/main/scala/org/app/Main.scala": "package org.app\nimport org.shop.{Cart, price => p}\nimport org.app.util._\nimport scala.util.Try\n",
}
SCRIPT = {
    "package.json": '{"name": "shop"}',
    "packages/shared/package.json": '{"name": "@shop/shared"}',
    "packages/shared/src/index.ts": "export * from './text.js'\n",
    "packages/shared/src/text.ts": "",
    "src/index.js": "import cart from './cart'\nimport fs from 'node:fs'\nimport path from 'path'\n"
    "import './style.css'\n",
    "src/cart/index.jsx": "import { x } from '@shop/shared'\nimport t from '@shop/shared/text'\n"
    "import React from 'react'\n",
    "src/cart/view.vue": "import y from '@/index'\nimport fp from 'lodash/fp'\nimport z from '../../outside'\n",
    "test/all.js": "const shop = require('shop')\nconst s = require('@sinon/fake-timers')\n",
}
GO = {
    "go.mod": "module github.com/shop/shop\n",
    "main.go": 'package main\nimport (\n\t"fmt"\n\t"github.com/shop/shop/cart"\n\t"golang.org/x/text/language"\n)\n',
    "cart/cart.go": 'package cart\nimport "github.com/shop/shop/internal/price"\n',
    "cart/items.go": "package cart\n",
    "cart/cart_test.go": 'package cart_test\nimport "github.com/shop/shop/cart"\nimport "gopkg.in/check.v1"\n',
    "internal/price/price.go": 'package price\nimport "github.com/shop/shop/gone"\n',
    "tools/go.mod": "module github.com/shop/shop/tools\n",
    "tools/gen/gen.go": 'package gen\nimport "github.com/shop/shop/tools/lib"\n',
    "tools/lib/lib.go": "package lib\n",
}
RUST = {
    "Cargo.toml": '[package]\nname = "shop"\n',
    "crates/price-list/Cargo.toml": '[package]\nname = "price-list"\n',
    "crates/price-list/src/lib.rs": "mod tax;\npub use tax::Rate;\n",
    "crates/price-list/src/tax.rs": "use crate::Price;\nuse super::Other;\n",
    "src/main.rs": "mod cart;\nuse price_list::tax::Rate;\nuse serde::Serialize;\nuse std::fs;\n",
    "src/cart/mod.rs": "mod item;\nuse self::item::Item;\n",
    "src/cart/item.rs": "use crate::cart::Cart;\nuse super::Line;\nmod part;\n",
    "src/cart/item/part.rs": "#[cfg(test)]\nmod tests {\n    use super::Part;\n}\n",
    "tests/all.rs": "mod common;\n",
    "tests/common/mod.rs": "",
}
C = {
    "src/server.c": '#include "server.h"\n#include <stdio.h>\n#include <openssl/ssl.h>\n#include "util/list.h"\n'
    '#include "gone.h"\n',
    "src/server.h": "#include <sys/types.h>\n",
    "include/util/list.h": "",
    "deps/other/list.h": "",
    "src/list.cpp": '#include <vector>\n#include "list.h"\n#include <util/list.h>\n',
}
RUBY = {
    "lib/shop.rb": "require 'set'\nrequire 'shop/cart'\nmodule Shop\n  autoload :Price, 'shop/price'\nend\n",
    "lib/shop/cart.rb": "require_relative 'price'\nrequire 'nokogiri/xml'\n",
    "lib/shop/price.rb": "",
    "spec/spec_helper.rb": "require 'shop'\n",
    "spec/cart_spec.rb": "require 'spec_helper'\nrequire_relative 'gone'\n",
}
PHP = {
    "src/Shop/Cart.php": "<?php\nnamespace Shop;\nuse Shop\\Price\\Rate;\n"
    "use Symfony\\Component\\Console\\Application;\nuse Exception;\n",
    "src/Shop/Price/Rate.php": "<?php\nnamespace Shop\\Price;\nuse Shop\\Price;\nuse Psr\\Log\\LoggerInterface;\n",
    "src/Shop/Price/Tax.php": "<?php\nnamespace Shop\\Price;\nrequire __DIR__ . '/Rate.php';\n",
    "tests/CartTest.php": "<?php\nnamespace Shop\\Test;\nuse Shop\\{Cart, Price\\Tax};\nuse Shop\\Price\\Gone;\n",
}
CSHARP = {
    "src/Shop/Cart.cs": "using System;\nusing Shop.Prices;\nnamespace Shop { class Cart {} }\n",
    "src/Shop/Prices/Rate.cs": "namespace Shop.Prices;\n",
    "src/Shop/Prices/Tax.cs": "using Newtonsoft.Json.Linq;\nusing static Shop.Prices.Rate;\nnamespace Shop.Prices;\n",
    "test/CartTest.cs": "using Shop;\nusing T = Shop.Prices.Tax;\nusing NUnit.Framework;\nnamespace Shop.Test;\n",
}

EXPECTED: dict[str, tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]] = {
    "Python": (
        PYTHON,
        {
            "src/shop/__init__.py": ["src/shop/cart.py"],
            "src/shop/cart.py": ["src/shop/json.py", "src/shop/prices.py"],
            "src/shop/prices.py": ["src/shop/tools/text.py"],
            "src/shop/tools/text.py": ["src/shop/prices.py"],
            "tests/conftest.py": ["src/shop/cart.py", "tests/helpers.py"],
        },
        {"src/shop/cart.py": ["requests"], "tests/conftest.py": ["yaml"]},
    ),
    "Java, Kotlin, Scala": (
        JAVA,
        {
            "core/src/main/java/org/shop/Cart.java": [
                "core/src/main/java/org/shop/price/Price.java",
                "core/src/main/java/org/shop/price/Tax.java",
            ],
            "core/src/main/java/org/shop/price/Price.java": ["core/src/main/java/org/shop/Cart.java"],
            "core/src/test/java/org/shop/CartTest.java": [
                "core/src/main/java/org/shop/price/Price.java",
                "core/src/main/java/org/shop/price/Tax.java",
            ],
            "app/src/main/kotlin/App.kt": ["app/src/main/kotlin/Strings.kt", "core/src/main/java/org/shop/Cart.java"],
            "app/src/main/scala/org/app/Main.scala": [
                "app/src/main/kotlin/Strings.kt",
                "core/src/main/java/org/shop/Cart.java",
            ],
        },
        {
            "core/src/main/java/org/shop/price/Price.java": ["com.google.common"],
            "core/src/main/java/org/shop/price/Tax.java": ["org.shop.generated"],
            "core/src/test/java/org/shop/CartTest.java": ["org.junit"],
            "app/src/main/kotlin/App.kt": ["okio"],
        },
    ),
    "JavaScript, TypeScript, Vue": (
        SCRIPT,
        {
            "packages/shared/src/index.ts": ["packages/shared/src/text.ts"],
            "src/index.js": ["src/cart/index.jsx"],
            "src/cart/index.jsx": ["packages/shared/src/index.ts", "packages/shared/src/text.ts"],
            "src/cart/view.vue": ["src/index.js"],
            "test/all.js": ["src/index.js"],
        },
        {"src/cart/index.jsx": ["react"], "src/cart/view.vue": ["lodash"], "test/all.js": ["@sinon/fake-timers"]},
    ),
    "Go": (
        GO,
        {
            "main.go": ["cart/cart.go", "cart/items.go"],
            "cart/cart.go": ["internal/price/price.go"],
            "cart/cart_test.go": ["cart/cart.go", "cart/items.go"],
            "tools/gen/gen.go": ["tools/lib/lib.go"],
        },
        {"main.go": ["golang.org/x/text"], "cart/cart_test.go": ["gopkg.in/check.v1"]},
    ),
    "Rust": (
        RUST,
        {
            "crates/price-list/src/lib.rs": ["crates/price-list/src/tax.rs"],
            "crates/price-list/src/tax.rs": ["crates/price-list/src/lib.rs"],
            "src/main.rs": ["crates/price-list/src/tax.rs", "src/cart/mod.rs"],
            "src/cart/mod.rs": ["src/cart/item.rs"],
            "src/cart/item.rs": ["src/cart/item/part.rs", "src/cart/mod.rs"],
            "tests/all.rs": ["tests/common/mod.rs"],
        },
        {"src/main.rs": ["serde"]},
    ),
    "C and C++": (
        C,
        {
            "src/server.c": ["include/util/list.h", "src/server.h"],
            "src/list.cpp": ["deps/other/list.h", "include/util/list.h"],
        },
        {"src/server.c": ["openssl"]},
    ),
    "Ruby": (
        RUBY,
        {
            "lib/shop.rb": ["lib/shop/cart.rb", "lib/shop/price.rb"],
            "lib/shop/cart.rb": ["lib/shop/price.rb"],
            "spec/spec_helper.rb": ["lib/shop.rb"],
            "spec/cart_spec.rb": ["spec/spec_helper.rb"],
        },
        {"lib/shop/cart.rb": ["nokogiri"]},
    ),
    "PHP": (
        PHP,
        {
            "src/Shop/Cart.php": ["src/Shop/Price/Rate.php"],
            "src/Shop/Price/Rate.php": ["src/Shop/Price/Tax.php"],
            "src/Shop/Price/Tax.php": ["src/Shop/Price/Rate.php"],
            "tests/CartTest.php": ["src/Shop/Cart.php", "src/Shop/Price/Tax.php"],
        },
        {
            "src/Shop/Cart.php": ["Symfony\\Component\\Console"],
            "src/Shop/Price/Rate.php": ["Psr\\Log"],
            "tests/CartTest.php": [],
        },
    ),
    "C#": (
        CSHARP,
        {
            "src/Shop/Cart.cs": ["src/Shop/Prices/Rate.cs", "src/Shop/Prices/Tax.cs"],
            "src/Shop/Prices/Tax.cs": ["src/Shop/Prices/Rate.cs"],
            "test/CartTest.cs": ["src/Shop/Cart.cs", "src/Shop/Prices/Tax.cs"],
        },
        {"src/Shop/Prices/Tax.cs": ["Newtonsoft.Json"], "test/CartTest.cs": ["NUnit.Framework"]},
    ),
}


@pytest.mark.parametrize("language", EXPECTED)
def test_imports_lead_to_the_files_that_are_meant(language: str) -> None:
    files, expected, _ = EXPECTED[language]
    graph = graph_of(files)
    assert {path: list(targets) for path, targets in graph.imports.items() if targets} == expected
    back: dict[str, list[str]] = {}
    for path in sorted(expected):
        for target in expected[path]:
            back.setdefault(target, []).append(path)
    assert {path: list(sources) for path, sources in graph.importers.items() if sources} == back


@pytest.mark.parametrize("language", EXPECTED)
def test_packages_from_outside_are_named_and_standard_libraries_left_out(language: str) -> None:
    files, _, expected = EXPECTED[language]
    graph = graph_of(files)
    wanted = {path: names for path, names in expected.items() if names}
    assert {path: list(names) for path, names in graph.external.items() if names} == wanted


@pytest.mark.parametrize("language", EXPECTED)
def test_the_order_of_the_files_does_not_matter(language: str) -> None:
    files, _, _ = EXPECTED[language]
    one, other = graph_of(files), graph_of(dict(reversed(list(files.items()))))
    for name in ("imports", "importers", "external", "depth", "cycle", "reach", "rank"):
        assert dict(getattr(one, name)) == dict(getattr(other, name)), name


def test_manifests_are_no_modules() -> None:
    assert "go.mod" not in graph_of(GO).imports


def test_a_package_that_is_a_folder_is_not_the_standard_library() -> None:
    graph = graph_of({"a/main.py": "from code.tools import x\nimport code\n", "code/tools.py": ""})
    assert graph.imports["a/main.py"] == ("code/tools.py",)
    assert graph.external["a/main.py"] == ()


def test_without_go_mod_a_folder_after_the_repository_is_meant() -> None:
    text = 'import "github.com/x/y/lib"\nimport "github.com/x/z/other"\n'
    graph = graph_of({"a.go": text, "lib/l.go": "package l\n"})
    assert graph.imports["a.go"] == ("lib/l.go",)
    assert graph.external["a.go"] == ("github.com/x/z",)
