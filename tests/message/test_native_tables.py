"""A table as Slack draws it: within its limits, nothing of it markup, what is left out counted."""

import pytest

from slack_wrapper.message import native_forms, native_tables
from slack_wrapper.message.drawings import of
from slack_wrapper.message.tables import Table
from slack_wrapper.model.block_check import faults
from slack_wrapper.model.block_tables import cell_characters


def drawn(header: str, *rows: str) -> tuple[dict, bool]:
    table = Table(tuple(header.split("|")), tuple(tuple(row.split("|")) for row in rows))
    return native_tables.drawn(table, "scores.tsv")


def test_numbers_are_numbers_and_texts_are_texts() -> None:
    block, whole = drawn("model|ndcg|share", "knn|0.5|95 %", "forest||1,234")
    assert whole
    assert (block["type"], block["caption"], block["page_size"]) == ("data_table", "scores.tsv", 10)
    assert block["rows"] == [
        [{"type": "raw_text", "text": name} for name in ("model", "ndcg", "share")],
        [
            {"type": "raw_text", "text": "knn"},
            {"type": "raw_number", "value": 0.5, "text": "0.5"},
            {"type": "raw_number", "value": 95, "text": "95 %"},
        ],
        [
            {"type": "raw_text", "text": "forest"},
            {"type": "raw_text", "text": "–"},
            {"type": "raw_number", "value": 1234, "text": "1,234"},
        ],
    ]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12), ("-3", -3), ("0.50", 0.5), ("1e-3", 0.001), ("95.4%", 95.4), ("1,000", 1000),
        ("", None), ("nan", None), ("inf", None), ("-Infinity", None), ("1_000", None),
        ("12 ms", None), ("NA", None), ("%", None), ("٣", 3), ("9" * 400, None),
    ],
)  # fmt: skip
def test_what_is_a_number(cell: str, number: float | None) -> None:
    assert native_tables.number(cell) == number


@pytest.mark.parametrize(
    ("rows", "columns", "cell"),
    [(1, 1, "x"), (200, 4, "abc"), (201, 4, "abc"), (5000, 3, "abc"), (10, 30, "abc"),
     (200, 20, "x" * 500), (3, 3, "x" * 5000)],
)  # fmt: skip
def test_it_fits_and_counts_what_was_left_out(rows: int, columns: int, cell: str) -> None:
    table = Table(tuple(f"c{n}" for n in range(columns)), ((cell,) * columns,) * rows)
    block, whole = native_tables.drawn(table, "t")
    assert list(faults([block])) == []
    older = native_tables.as_table(block)
    assert list(faults([older])) == []
    shown = len(block["rows"]) - 1
    assert whole == (shown == rows and columns <= 20 and len(cell) <= native_tables.MAX_CELL)
    assert cell_characters(older) <= 10_000


def test_a_table_without_rows_is_the_older_block() -> None:
    block, whole = drawn("model|ndcg")
    assert whole
    assert block["type"] == "table"
    assert list(faults([block])) == []


def test_cells_are_one_line_of_text_that_is_seen() -> None:
    block, _ = drawn("a", "<!channel>", "one\n two\x1b[31m", "\u202etxt")
    assert [row[0]["text"] for row in block["rows"][1:]] == ["<!channel>", "one two", "txt"]
    assert {row[0]["type"] for row in block["rows"]} == {"raw_text"}


def test_numbers_stand_to_the_right_in_the_older_block() -> None:
    block, _ = drawn("model|ndcg", "knn|0.5")
    assert native_tables.as_table(block)["column_settings"] == [
        {"align": "left"},
        {"align": "right"},
    ]


def test_what_is_left_out_is_told_in_each_form(tmp_path) -> None:
    path = tmp_path / "t.tsv"
    rows = (f"row {n}\t{n}" for n in range(250))
    path.write_text("name\tn\n" + "\n".join(rows) + "\n")
    said = of({}, [str(path)], (), "all", "step s")
    assert said.paths == (str(path),)
    notes = []
    for avoid in ((), ("data_table",), ("data_table", "table")):
        forms = native_forms.forms(said.native, avoid)
        assert not forms.whole or not forms.kinds
        notes.append(forms.blocks[-1].get("elements", [{}])[0].get("text"))
    assert notes == ["… 50 more rows", "… 151 more rows", None]
    assert "more rows" in said.text
