"""Who imports whom, read from the source: also inside functions and behind TYPE_CHECKING."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conftest import REPOSITORY

PACKAGES = ("slack_wrapper", "snakemake_logger_plugin_slack")


def modules(root: Path = REPOSITORY) -> dict[str, Path]:
    """Return the modules of the product: name → file; a package's name stands for its face."""
    files = (path for name in PACKAGES for path in sorted((root / name).rglob("*.py")))
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in files
    }


def imported(tree: ast.AST, module: str, path: Path) -> Iterator[str]:
    """Yield the names that the import statements in a tree may mean, `a.b` and `a.b.c` both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".") + ["" for _ in [0] if path.name == "__init__.py"]
                base = ".".join([*above[: -node.level], *filter(None, [node.module])])
            for one in node.names:
                yield base
                yield f"{base}.{one.name}"


def graph(known: Mapping[str, Path]) -> dict[str, set[str]]:
    """Return module → the modules that it imports, the most exact name of each only."""
    found: dict[str, set[str]] = {}
    for module, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {name for name in imported(tree, module, path) if name in known}
        packages = {name.rpartition(".")[0] for name in names}
        found[module] = {
            name
            for name in names - {module}
            if not (known[name].name == "__init__.py" and name in packages)
        }
    return found


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (Tarjan's components)."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        stack.append(module)
        for other in sorted(edges.get(module, ())):
            if other not in index:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], index[other])
        if lowest[module] == index[module]:
            start = stack.index(module)
            group, stack[start:] = stack[start:], []
            if len(group) > 1 or module in edges.get(module, ()):
                found.append(sorted(group))

    for module in edges:
        if module not in index:
            visit(module)
    return found


def for_types_alone(module: str, path: Path, known: Mapping[str, Path]) -> set[str]:
    """Return the modules of its own package that a module imports behind TYPE_CHECKING only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    ]
    inside = {id(one) for guard in guarded for one in ast.walk(guard)}
    rest = [node for node in ast.walk(tree) if id(node) not in inside]
    used = {
        name
        for node in rest
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in imported(node, module, path)
    }
    names = {name for guard in guarded for name in imported(guard, module, path)}
    room = module.rpartition(".")[0]
    return {
        name
        for name in names - used
        if name in known and known[name].name != "__init__.py" and name.rpartition(".")[0] == room
    }
