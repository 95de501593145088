"""Tables in a message: aligned, within limits, nothing left out in silence."""

import json
from pathlib import Path

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.message import tables


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.tsv", "model\tndcg\nknn\t0.5\nforest\t0.75\n"),
        ("t.csv", "model,ndcg\nknn,0.5\nforest,0.75\n"),
        ("semicolons.csv", "model;ndcg\nknn;0.5\nforest;0.75\n"),
        ("bom.csv", "\ufeffmodel,ndcg\nknn,0.5\nforest,0.75\n"),
        ("dos.tsv", "model\tndcg\r\nknn\t0.5\r\nforest\t0.75\r\n\r\n"),
        ("t.json", '[{"model": "knn", "ndcg": 0.5}, {"model": "forest", "ndcg": 0.75}]'),
        ("t.yaml", "- {model: knn, ndcg: 0.5}\n- {model: forest, ndcg: 0.75}\n"),
    ],
)
def test_every_kind_of_file(tmp_path: Path, name: str, text: str) -> None:
    table = tables.read([write(tmp_path, name, text)])
    assert tables.show(table).text == ("```\nmodel   ndcg\nknn      0.5\nforest  0.75\n```")


def test_a_list() -> None:
    table = tables.Table(("model", "ndcg", "n"), (("knn", "0.5", ""), ("a<b", "1", "2")))
    assert tables.show(table, "list").text == "• *knn*: ndcg 0.5\n• *a&lt;b*: ndcg 1, n 2"


def test_files_of_the_same_columns_go_one_below_the_other(tmp_path: Path) -> None:
    one = write(tmp_path, "a.json", json.dumps({"sample": "a", "reads": 10}))
    two = write(tmp_path, "b.tsv", "reads\tsample\n20\tb\n")
    assert tables.read([one, two]).rows == (("a", "10"), ("b", "20"))


def test_other_columns_are_refused(tmp_path: Path) -> None:
    paths = [write(tmp_path, "a.tsv", "x\ty\n1\t2\n"), write(tmp_path, "b.tsv", "x\tz\n1\t2\n")]
    with pytest.raises(RequestError) as caught:
        tables.read(paths, "digest")
    assert "b.tsv has other columns" in caught.value.message
    assert caught.value.hint == "that one has: x, y"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("empty.tsv", "", "is empty"),
        ("list.json", "[1, 2]", "holds no table"),
        ("bad.json", '{\n"a": }', "not valid JSON: line 2"),
        ("bad.yaml", "a: [\n", "not valid YAML: line 2"),
        ("latin.csv", b"a\xe9".decode("latin-1"), ""),
    ],
)
def test_what_is_no_table(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = write(tmp_path, name, text)
    if not told:
        Path(path).write_bytes(b"a\xe9")
        told = "cannot be read as UTF-8"
    with pytest.raises(RequestError) as caught:
        tables.read([path])
    assert told in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("layout", tables.LAYOUTS)
@pytest.mark.parametrize("rows", [1, 50, 5000])
def test_it_fits_and_counts_what_was_left_out(layout: str, rows: int) -> None:
    table = tables.Table(("name", "value"), tuple((f"row <{n}>", str(n)) for n in range(rows)))
    shown = tables.show(table, layout)
    assert len(shown.text) <= tables.ROOM
    assert shown.whole == ("more row" not in shown.text)
    if not shown.whole:
        left = int(shown.text.rpartition("… ")[2].split()[0])
        assert shown.text.count("row &lt;") + left == rows


def test_columns_beyond_the_width_are_counted() -> None:
    table = tables.Table(tuple(f"column{n:02}" for n in range(30)), (("x",) * 30,))
    shown = tables.show(table)
    assert not shown.whole
    assert max(map(len, shown.text.split("\n"))) <= tables.MAX_WIDTH
    kept = shown.text.count("column") - 1
    assert f"{30 - kept} more columns" in shown.text


def test_a_long_cell_is_cut_and_does_not_break_the_block() -> None:
    table = tables.Table(("a",), (("x" * 100,), ("```\n<!channel>",)))
    text = tables.show(table).text
    assert text.count("```") == 2
    assert "<!channel>" not in text
    assert "x" * (tables.MAX_CELL - 1) + "…" in text


def test_wide_characters_are_aligned() -> None:
    table = tables.Table(("名前", "n"), (("東京", "1"), ("ab", "22")))
    assert tables.show(table).text == "```\n名前   n\n東京   1\nab    22\n```"
