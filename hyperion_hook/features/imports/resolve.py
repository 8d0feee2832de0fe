r"""From what is written to what is meant: resolvers of Python, JavaScript, Ruby and PHP.

A resolver sees the repository only through ``look(key)``, which returns the values registered under a key (see
``imports.index``); so the index knows which files to resolve anew when a key changes. It answers with names of nodes:
the path of a file, a group key (``\0\0``...), an external package (``EXTERNAL`` + name) or ``UNRESOLVED``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from posixpath import normpath

from hyperion_hook.features.imports.names import NODE_BUILTINS, PYTHON_STDLIB, RUBY_STDLIB, npm_package

Look = Callable[[str], Sequence[str]]
EXTERNAL = "\0\1"
UNRESOLVED = "\0?"
"""Looks like a file of this repository, but is none."""

SOURCE_ROOTS = frozenset(("src", "lib", "python", "py", "source", "app", "tests", "test"))
SCRIPT_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".vue")
_SCRIPT_WRITTEN = (".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue")
RUBY_ROOTS = frozenset(("lib", "spec", "test", "tests", "features", "app", "ext"))


@lru_cache(maxsize=8_192)
def prefix_of(path: str) -> str:
    """Return the folder of a path with its slash, '' for the top level."""
    return path[: path.rfind("/") + 1]


def join(folder: str, name: str) -> str | None:
    """Return a normalised path, ``None`` when it leaves the repository."""
    if not name.startswith(".") and "/." not in name and "//" not in name:
        return (folder + name).rstrip("/")
    path = normpath(folder + name)
    return None if path.startswith(("../", "/")) or path == ".." else path.removeprefix("./") if path != "." else ""


def first_of(look: Look, paths: Iterable[str]) -> str:
    """Return the first path that is registered, '' where none is."""
    return next(filter(look, paths), "")


def resolve_python(path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve ``a.b`` or ``a.b:c,d``; a name imported from a package may be one of its modules."""
    module, _, names = spec.partition(":")
    if module.startswith("."):
        return _python_relative(path, module, names, look)
    top = module.partition(".")[0]
    # the standard library wins; only a dotted path below such a name (test.helpers) can be the repository's own
    if top in PYTHON_STDLIB:
        whole = _python_module(path, module, look) if "." in module else ""
        return (whole,) if whole else ()
    results = []
    base = None
    for name in names.split(",") if names else ():
        target = "" if name == "*" else _python_module(path, f"{module}.{name}", look)
        if not target:
            base = _longest_module(path, module, look) if base is None else base
            target = base
        results.append(target)
    if not names:
        results.append(_longest_module(path, module, look))
    return tuple(target or EXTERNAL + top for target in dict.fromkeys(results))


def _longest_module(path: str, module: str, look: Look) -> str:
    while module:
        if target := _python_module(path, module, look):
            return target
        module = module.rpartition(".")[0]
    return ""


def _python_module(path: str, module: str, look: Look) -> str:
    candidates = look("\0py:" + module)
    if not candidates:
        return ""
    depth = module.count(".") + 1
    ranked = []
    for candidate in candidates:
        root = _python_root(candidate, depth)
        inside = path.startswith(root)
        if root:
            # a folder that is itself a package is no place that imports start from
            if look(f"{root}__init__.py"):
                continue
            if depth == 1 and not inside and root[:-1].rpartition("/")[2] not in SOURCE_ROOTS:
                continue
        nearness = (0, -len(root)) if inside and root else (1, len(root))
        ranked.append((nearness, candidate.endswith(".pyi"), candidate))
    return min(ranked)[2] if ranked else ""


def _python_root(candidate: str, depth: int) -> str:
    folder = prefix_of(candidate)
    up = depth if candidate[len(folder) :].startswith("__init__.") else depth - 1
    for _ in range(up):
        folder = prefix_of(folder[:-1])
    return folder


def _python_relative(path: str, module: str, names: str, look: Look) -> tuple[str, ...]:
    rest = module.lstrip(".")
    folder = prefix_of(path)
    for _ in range(len(module) - len(rest) - 1):
        if not folder:
            return (UNRESOLVED,)
        folder = prefix_of(folder[:-1])
    base = folder + rest.replace(".", "/")
    results = []
    for name in names.split(","):
        below = f"{base}/{name}" if rest else base + name
        target = (_python_file(below, look) if name != "*" else "") or (
            _python_file(base, look) if rest else first_of(look, [f"{base}__init__.py", f"{base}__init__.pyi"])
        )
        results.append(target or UNRESOLVED)
    return tuple(dict.fromkeys(results))


def _python_file(base: str, look: Look) -> str:
    return first_of(look, [base + ending for ending in (".py", "/__init__.py", ".pyi", "/__init__.pyi")])


def resolve_script(path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve a JavaScript specifier: relative, a workspace package, an alias of ``src`` or an npm package."""
    if spec.startswith("."):
        base = join(prefix_of(path), spec)
        target = "" if base is None else _script_file(base, look)
        return (target,) if target else () if _names_asset(spec) else (UNRESOLVED,)
    if spec.startswith(("node:", "http:", "https:", "data:", "bun:")) or "!" in spec:
        return ()
    package = npm_package(spec)
    if package in NODE_BUILTINS:
        return ()
    if target := _workspace_file(path, spec, package, look):
        return (target,)
    if package in ("@", "~", "#", "") or spec.startswith(("~/", "@/", "#")):
        return _aliased(path, spec.lstrip("~@#").lstrip("/"), look)
    if "/" in spec and (target := _script_file(spec, look)):
        return (target,)
    return (EXTERNAL + package,)


def _names_asset(spec: str) -> bool:
    name = spec.rpartition("/")[2]
    return "." in name.lstrip(".") and not spec.endswith(SCRIPT_ENDINGS)


def _script_file(base: str, look: Look) -> str:
    if look(base):
        return base
    for ending in _SCRIPT_WRITTEN:
        # TypeScript writes the name of the output: './x.js' means x.ts
        if base.endswith(ending) and (result := look("\0js:" + base.removesuffix(ending))):
            return _preferred(result)
    return _preferred(look("\0js:" + base)) or _preferred(look("\0js:" + (f"{base}/index" if base else "index")))


def _preferred(paths: Sequence[str]) -> str:
    def order(path: str) -> tuple[int, str]:
        return next((index for index, ending in enumerate(SCRIPT_ENDINGS) if path.endswith(ending)), 99), path

    return min(paths, key=order, default="")


def _workspace_file(path: str, spec: str, package: str, look: Look) -> str:
    folders = look("\0npm:" + package)
    if not folders:
        return ""
    folder = min(folders, key=lambda name: (not path.startswith(name), len(name), name))
    rest = spec[len(package) + 1 :]
    last = package.rpartition("/")[2]
    main = ("src/index", "index", "lib/index", f"lib/{last}", "src/main", f"src/{last}")
    names = (rest, f"src/{rest}") if rest else main
    return next((target for name in names if (target := _script_file(folder + name, look))), "")


def _aliased(path: str, rest: str, look: Look) -> tuple[str, ...]:
    folders = [prefix_of(path)]
    while folders[-1]:
        folders.append(prefix_of(folders[-1][:-1]))
    # an alias stands for a folder 'src', the nearest one, or else for the top of the project
    for base in (*(f"{folder}src/{rest}" for folder in folders), *(f"{folder}{rest}" for folder in reversed(folders))):
        if target := _script_file(base, look):
            return (target,)
    return (UNRESOLVED,)


def resolve_ruby(path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve a required name: relative, below a load path of the repository, or a gem."""
    name = spec.removesuffix(".rb")
    if name.startswith("."):
        base = join(prefix_of(path), name)
        return (f"{base}.rb",) if base is not None and look(f"{base}.rb") else (UNRESOLVED,)
    if result := look("\0rb:" + name):
        # nearest load path first
        return (min(result, key=lambda target: (-shared_folders(path, target), len(target), target)),)
    top = name.partition("/")[0]
    return () if top in RUBY_STDLIB else (EXTERNAL + top,)


def shared_folders(left: str, right: str) -> int:
    """Return how many leading folders two paths share."""
    pairs = zip(left.split("/")[:-1], right.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def resolve_php(path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve a used class by declared namespace and file name (PSR-4), or an included file."""
    if spec.endswith(".php") or spec.startswith("./"):
        base = join(prefix_of(path), spec)
        if base is not None and look(base):
            return (base,)
        plain = spec.removeprefix("./")
        return (plain,) if look(plain) else (UNRESOLVED,)
    name = spec.removesuffix("()")
    if result := look("\0php:" + name):
        return (min(result, key=lambda target: (-shared_folders(path, target), target)),)
    if look("\0\0php:" + name):
        # a namespace imported as such: everything in it may be meant
        return ("\0\0php:" + name,)
    space = name.rpartition("\\")[0]
    if not space:
        return ()
    if look("\0phptop:" + "\\".join(name.split("\\")[:2])):
        return () if spec.endswith("()") else (UNRESOLVED,)
    parts = space.split("\\")
    return (EXTERNAL + "\\".join(parts[: 3 if parts[1:2] in (["Component"], ["Bundle"], ["Bridge"]) else 2]),)
