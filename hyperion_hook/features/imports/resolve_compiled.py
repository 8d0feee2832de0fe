"""From what is written to what is meant: resolvers of the JVM languages, Go, Rust, C and C#."""

from __future__ import annotations

from hyperion_hook.features.imports.names import C_SYSTEM, JVM_STD, RUST_STD, go_package, jvm_group
from hyperion_hook.features.imports.resolve import EXTERNAL, UNRESOLVED, Look, first_of, join, prefix_of, shared_folders


def resolve_jvm(_path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve a qualified name by declared package and file name; ``a.b.*`` means every file of the package."""
    if spec.startswith(JVM_STD):
        return ()
    name = spec.removesuffix(".*")
    if name != spec and look("\0\0j:" + name):
        return ("\0\0j:" + name,)
    # an outer class holds nested classes and static members: at most three names below the file's own
    tried = name
    for _ in range(4):
        if result := look("\0j:" + tried):
            return (min(result),)
        tried = tried.rpartition(".")[0]
        if not tried:
            break
    group = jvm_group(name)
    if not group or "." not in name:
        return ()
    return (UNRESOLVED,) if look("\0jg:" + group) else (EXTERNAL + group,)


def resolve_go(_path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve an import path by the modules of the repository; without ``go.mod`` by the folder in its path."""
    best: tuple[int, str] | None = None
    for value in look("\0gomod"):
        module, _, folder = value.partition("\n")
        if spec == module or spec.startswith(f"{module}/"):
            results = (len(module), folder + spec[len(module) + 1 :])
            best = max(best, results) if best else results
    if best is not None:
        key = "\0\0go:" + best[1].rstrip("/")
        return (key,) if look(key) else (UNRESOLVED,)
    if "." not in spec.partition("/")[0]:
        return ()
    package = go_package(spec)
    rest = spec[len(package) + 1 :]
    if rest and not look("\0gomod") and look("\0\0go:" + rest):
        return ("\0\0go:" + rest,)
    return (EXTERNAL + package,)


def resolve_rust(path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve a module declaration or a used path: in this crate, in another of the workspace, or external."""
    if spec.startswith("mod "):
        return (_rust_declared(path, spec[4:], look) or UNRESOLVED,)
    parts = spec.split("::")
    first = parts[0]
    if first in RUST_STD:
        return ()
    if first == "crate":
        root = _crate_root(path, look)
        target = _rust_walk(root, parts[1:], look) if root else _rust_beside(path, parts[1:], look)
        return (target or UNRESOLVED,)
    if first in ("self", "super"):
        return (_rust_near(path, parts, look) or UNRESOLVED,)
    if not first.isidentifier() or first[0].isupper():
        return ()
    own = _rust_folder(path, look)
    if _rust_child(own, first, look):
        return (_rust_descend(own, parts, look),)
    if folders := look("\0rs:" + first):
        folder = min(folders, key=lambda name: (-shared_folders(path, name), name))
        if root := first_of(look, (f"{folder}src/lib.rs", f"{folder}src/main.rs", f"{folder}lib.rs")):
            return (_rust_walk(root, parts[1:], look),)
    return (EXTERNAL + first,)


def _rust_declared(path: str, name: str, look: Look) -> str:
    if not name.startswith("./"):
        return _rust_child(_rust_folder(path, look), name, look)
    file = join(prefix_of(path), name[2:])
    return file if file and look(file) else ""


def _rust_folder(path: str, look: Look) -> str:
    """Return the folder that holds the modules a file declares."""
    folder = prefix_of(path)
    stem = path[len(folder) : -3]
    if stem in ("mod", "lib", "main", "build"):
        return folder
    own = f"{folder}{stem}/"
    # the root of a binary, test or example declares its modules beside itself
    is_root = folder[:-1].rpartition("/")[2] in ("bin", "tests", "examples", "benches")
    return folder if is_root and not look("\0rsdir:" + own) else own


def _rust_child(folder: str, name: str, look: Look) -> str:
    return first_of(look, (f"{folder}{name}.rs", f"{folder}{name}/mod.rs"))


def _rust_descend(folder: str, parts: list[str], look: Look) -> str:
    """Return the deepest file that the leading segments name below a folder, '' for none."""
    result = ""
    for part in parts:
        target = _rust_child(folder, part, look)
        if not target:
            break
        result = target
        folder = f"{folder}{part}/"
    return result


def _rust_walk(root: str, parts: list[str], look: Look) -> str:
    """Return the file that a path below a crate's root means; what is declared in the root means the root."""
    return _rust_descend(prefix_of(root), parts, look) or root


def _crate_root(path: str, look: Look) -> str:
    folder = prefix_of(path)
    while not (root := first_of(look, (f"{folder}lib.rs", f"{folder}main.rs"))) and folder:
        folder = prefix_of(folder[:-1])
    return root


def _rust_beside(path: str, parts: list[str], look: Look) -> str:
    """Return the file that a path means in a crate whose root has a name of its own, such as ``tests/tests.rs``."""
    folder = prefix_of(path)
    while not (result := _rust_descend(folder, parts, look)) and folder:
        folder = prefix_of(folder[:-1])
    return result


def _rust_near(path: str, parts: list[str], look: Look) -> str:
    folder = _rust_folder(path, look)
    rest = parts
    owner = path
    while rest and rest[0] in ("self", "super"):
        if rest[0] == "super":
            folder = prefix_of(folder[:-1])
            names = (f"{folder[:-1]}.rs", f"{folder}mod.rs", f"{folder}lib.rs", f"{folder}main.rs")
            owner = first_of(look, names)
        rest = rest[1:]
    return _rust_descend(folder, rest, look) or owner


def resolve_c(path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve an include: beside the file, else the file of the repository that ends so and lies nearest."""
    name = spec[1:].strip()
    if spec[0] == '"':
        base = join(prefix_of(path), name)
        if base is not None and look(base):
            return (base,)
    tail = name.lstrip("./")
    ending = f"/{tail}"
    results = [target for target in look("\0c:" + tail.rpartition("/")[2]) if f"/{target}".endswith(ending)]
    top = tail.partition("/")[0].removesuffix(".h")
    if spec[0] == "<" and (top in C_SYSTEM or "." not in tail) and "/" not in tail:
        return ()
    if results:
        return (min(results, key=lambda target: (-shared_folders(path, target), len(target), target)),)
    if spec[0] == '"':
        return (UNRESOLVED,)
    return () if top in C_SYSTEM or "." not in tail else (EXTERNAL + top,)


def resolve_csharp(_path: str, spec: str, look: Look) -> tuple[str, ...]:
    """Resolve a namespace to every file that declares it; a type, by its name, to its file."""
    name = spec.lstrip("!")
    tried = name
    while tried:
        if spec.startswith("!") and (result := look("\0cs:" + tried)):
            return (min(result),)
        if look("\0\0cs:" + tried):
            return ("\0\0cs:" + tried,)
        # a type may lie in another type or in a file of any name
        tried = tried.rpartition(".")[0] if spec.startswith("!") else ""
    parts = name.split(".")
    if spec.startswith("!") and len(parts) > 1:
        parts.pop()
    if parts[0] == "System" or name.startswith(("Microsoft.CSharp", "Microsoft.Win32", "Windows.")):
        return ()
    if look("\0cstop:" + ".".join(parts[:2])) or (len(parts) == 1 and look("\0cstop:" + name)):
        return (UNRESOLVED,)
    return (EXTERNAL + ".".join(parts[:2]),)
