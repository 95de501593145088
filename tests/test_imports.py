"""Modules know each other in one direction only, wherever the import statement stands."""

from pathlib import Path

from tests.support.imports import circles, for_types_alone, graph, modules


def test_no_modules_import_each_other_in_a_circle() -> None:
    edges = graph(modules())
    assert len(edges) > 200, "the modules are not found"
    assert sum(map(len, edges.values())) > 500, "their imports are not found"
    assert circles(edges) == []


def test_no_module_imports_one_of_its_own_package_for_types_alone() -> None:
    known = modules()
    found = {name: for_types_alone(name, path, known) for name, path in known.items()}
    assert {name: others for name, others in found.items() if others} == {}


def test_circles_behind_type_checking_and_in_functions_are_seen(tmp_path: Path) -> None:
    """The control: each of the forms in which a circle can hide is found."""
    room = tmp_path / "slack_wrapper"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "plain.py").write_text("from slack_wrapper import late, typed\n")
    (room / "late.py").write_text("def do():\n    import slack_wrapper.plain\n")
    (room / "typed.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .plain import name\n"
    )
    (room / "alone.py").write_text("from slack_wrapper.plain import name\n")
    known = modules(tmp_path)
    room_of = "slack_wrapper."
    assert circles(graph(known)) == [[room_of + "late", room_of + "plain", room_of + "typed"]]
    assert for_types_alone(room_of + "typed", room / "typed.py", known) == {room_of + "plain"}
    assert for_types_alone(room_of + "alone", room / "alone.py", known) == set()
