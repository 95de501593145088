"""Writes what the program says to people, one paragraph a text, where a prose linter can read it.

python tests/prose/texts.py FOLDER
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "slack_wrapper"
SAID = {"hint", "help", "description", "epilog"}  # keyword arguments that people read
SPEAKERS = {"say", "warn", "fail", "show", "print"}  # functions whose arguments people read


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of each error, hint, help text, and default hint."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from of(node.exc.args)
        if isinstance(node, ast.Call):
            yield from of([one.value for one in node.keywords if one.arg in SAID])
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SPEAKERS:
                yield from of(node.args)
        if isinstance(node, ast.Assign) and "hint" in ast.unparse(node.targets[0]).lower():
            yield from of([node.value])
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Dict):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if ast.unparse(target) in ("REMEDIES", "COMMANDS"):
                yield from of(node.value.values)


def of(nodes: list[ast.expr]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (
                str(one.value) if isinstance(one, ast.Constant) else "`…`" for one in node.values
            )
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.IfExp):
            yield from of([node.body, node.orelse])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for path in sorted(PACKAGE.rglob("*.py")):
        found = [
            (line, " ".join(text.split()))
            for line, text in texts(ast.parse(path.read_text(encoding="utf-8")))
            if len(text.split()) > 2
        ]
        if found:
            name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
            said = "\n\n".join(f"{text} (`line {line}`)" for line, text in found)
            (folder / f"{name}.md").write_text(said + "\n", encoding="utf-8")


main(Path(sys.argv[1]))
