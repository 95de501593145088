"""A table as a chart: what Slack takes, what is reduced, and what is an error before it is sent."""

import itertools

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.message import chart_terms, charts
from slack_wrapper.message.drawings import of
from slack_wrapper.message.tables import Table
from slack_wrapper.model.block_check import faults


def table(header: str, *rows: str) -> Table:
    return Table(tuple(header.split("|")), tuple(tuple(row.split("|")) for row in rows))


SCORES = table("model|ndcg|sd", "knn|0.5|0.1", "forest|0.75|0.2")
EPOCHS = table("epoch|loss", *(f"{n}|{1 / (n + 1)}" for n in range(500)))
LONG = table("k|model|ndcg", "5|knn|0.5", "10|knn|0.6", "5|forest|0.7", "10|forest|0.8")


def draw(data: Table, **asked) -> charts.Drawn:
    made = chart_terms.terms(asked, "step s")
    assert made is not None
    drawn = charts.draw(made, data, "t.tsv", "step s")
    assert list(faults([drawn.block])) == []
    return drawn


def test_bars() -> None:
    def points(*values: float) -> list[dict]:
        return [
            {"label": label, "value": value}
            for label, value in zip(("knn", "forest"), values, strict=True)
        ]

    axis = {"categories": ["knn", "forest"], "x_label": "model", "y_label": "ndcg, sd"}
    assert draw(SCORES, type="bar", x="model", y=["ndcg", "sd"]).block == {
        "type": "data_visualization",
        "title": "ndcg, sd by model",
        "chart": {
            "type": "bar",
            "series": [
                {"name": "ndcg", "data": points(0.5, 0.75)},
                {"name": "sd", "data": points(0.1, 0.2)},
            ],
            "axis_config": axis,
        },
    }


def test_a_pie() -> None:
    chart = draw(SCORES, type="pie", x="model", y="ndcg", title="t").block
    assert chart["title"] == "t"
    assert chart["chart"] == {
        "type": "pie",
        "segments": [{"label": "knn", "value": 0.5}, {"label": "forest", "value": 0.75}],
    }


def test_a_table_in_long_form() -> None:
    drawn = draw(LONG, type="line", x="k", y="ndcg", by="model")
    assert [one["name"] for one in drawn.block["chart"]["series"]] == ["knn", "forest"]
    assert drawn.block["chart"]["axis_config"]["categories"] == ["5", "10"]
    assert drawn.data == Table(("k", "knn", "forest"), (("5", "0.5", "0.7"), ("10", "0.6", "0.8")))


def test_a_line_of_many_points_keeps_its_ends_and_is_even() -> None:
    drawn = draw(EPOCHS, type="line", x="epoch", y="loss")
    labels = drawn.block["chart"]["axis_config"]["categories"]
    assert (labels[0], labels[-1], len(labels)) == ("0", "499", 20)
    gaps = {int(b) - int(a) for a, b in itertools.pairwise(labels)}
    assert gaps <= {26, 27}
    assert drawn.left == "480 more points"


def test_of_many_bars_the_first_are_shown_and_the_rest_is_counted() -> None:
    drawn = draw(EPOCHS, type="bar", x="epoch", y="loss")
    assert drawn.block["chart"]["axis_config"]["categories"] == [str(n) for n in range(20)]
    assert drawn.left == "480 more points"


def test_of_many_segments_the_smallest_become_one() -> None:
    data = table("taxon|reads", *(f"t{n}|{n}" for n in range(30)))
    drawn = draw(data, type="pie", x="taxon", y="reads")
    segments = drawn.block["chart"]["segments"]
    assert [one["label"] for one in segments] == [*(f"t{n}" for n in range(19, 30)), "others"]
    assert sum(one["value"] for one in segments) == sum(range(30))
    assert drawn.left == "1 value of 0, others: the 18 smallest"


def test_series_beyond_the_twelfth_are_counted() -> None:
    data = table("x|g|y", *(f"{x}|g{g}|1" for g in range(15) for x in range(2)))
    drawn = draw(data, type="area", x="x", y="y", by="g")
    assert len(drawn.block["chart"]["series"]) == 12
    assert drawn.left == "3 more series"


def test_labels_are_short_different_and_never_empty() -> None:
    long = "Homo sapiens chromosome "
    data = table("name|n", f"{long}1|1", f"{long}2|2", f"{long}3|3", "|4", "\x1b[31mred\n\u202e|5")
    labels = draw(data, type="bar", x="name", y="n").block["chart"]["axis_config"]["categories"]
    assert len(set(labels)) == 5
    assert max(map(len, labels)) <= 20
    assert labels[0] == "Homo sapiens chromo…"
    assert labels[1] == "Homo sapiens chro… 2"
    assert labels[3:] == ["–", "red"]


@pytest.mark.parametrize(
    ("data", "asked", "told"),
    [
        (SCORES, {"type": "bar", "x": "model", "y": "auc"}, "step s: t.tsv has no column auc"),
        (SCORES, {"type": "bar", "x": "modell", "y": "ndcg"}, "has no column modell"),
        (table("a|a", "1|2"), {"type": "bar", "x": "a", "y": "a"}, "has several columns a"),
        (table("a|b"), {"type": "bar", "x": "a", "y": "b"}, "t.tsv has no rows to draw"),
        (table("a|b", "x|1", "y|NA"), {"type": "bar", "x": "a", "y": "b"},
         "step s: t.tsv, row 2: b is NA, which is not a number"),
        (table("a|b", "x|nan"), {"type": "line", "x": "a", "y": "b"}, "row 1: b is nan, which"),
        (table("a|b", "x|inf"), {"type": "line", "x": "a", "y": "b"}, "row 1: b is inf, which"),
        (table("a|b", "x|"), {"type": "pie", "x": "a", "y": "b"}, "row 1: b is empty"),
        (table("a|b", "x|1", "x|2"), {"type": "bar", "x": "a", "y": "b"}, "a has x 2 times"),
        (table("a|b", "x|-1", "y|2"), {"type": "pie", "x": "a", "y": "b"}, "has negative values"),
        (table("a|b", "x|0", "y|0"), {"type": "pie", "x": "a", "y": "b"}, "or none above 0"),
        (table("k|g|y", "1|a|1", "1|a|2"), {"type": "bar", "x": "k", "y": "y", "by": "g"},
         "two rows have k 1 and g a"),
        (table("k|g|y", "1|a|1", "2|b|2"), {"type": "bar", "x": "k", "y": "y", "by": "g"},
         "no row has k 1 and g b"),
    ],
)  # fmt: skip
def test_what_is_no_data_for_it(data: Table, asked: dict, told: str) -> None:
    with pytest.raises(RequestError) as caught:
        draw(data, **asked)
    assert told in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("bar", "chart is not a mapping"),
        ({"type": "donut", "x": "a", "y": "b"}, "chart.type is donut"),
        ({"x": "a", "y": "b"}, "chart.type is None"),
        ({"type": "bar", "y": "b"}, "chart has no x"),
        ({"type": "bar", "x": "a"}, "chart has no y"),
        ({"type": "bar", "x": "a", "y": []}, "chart has no y"),
        ({"type": "bar", "x": "a", "y": "b", "colour": "red"}, "unknown key colour"),
        ({"type": "pie", "x": "a", "y": ["b", "c"]}, "a pie shows one column"),
        ({"type": "bar", "x": "a", "y": ["b", "c"], "by": "d"}, "by and several columns"),
        ({"type": "bar", "x": "a", "y": [str(n) for n in range(13)]}, "names 13 columns"),
        ({"type": "bar", "x": "a", "y": ["b", "b"]}, "names 2 columns"),
    ],
)
def test_what_cannot_be_asked_for(asked: object, told: str) -> None:
    with pytest.raises(RequestError) as caught:
        chart_terms.terms(asked, "step s")
    assert told in caught.value.message
    assert caught.value.hint


def test_a_chart_without_data_and_data_without_a_chart(tmp_path) -> None:
    asked = {"type": "bar", "x": "a", "y": "b"}
    with pytest.raises(RequestError, match="chart has no data"):
        of({"chart": asked}, (), (), "", "step s")
    with pytest.raises(RequestError, match=r"input\.chart and no parameter chart"):
        of({}, (), ("t.tsv",), "", "step s")


def test_a_chart_of_the_table_says_its_data_once(tmp_path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("model\tndcg\nknn\t0.5\n")
    asked = {"type": "bar", "x": "model", "y": "ndcg"}
    both = of({"chart": asked}, [str(path)], (), "hello", "step s")
    alone = of({"chart": asked}, (), [str(path)], "hello", "step s")
    assert both.text == alone.text == "hello\n```\nmodel  ndcg\nknn     0.5\n```"
    kinds = [one["block"]["type"] for one in (*both.native["parts"], *alone.native["parts"])]
    assert kinds == ["data_table", "data_visualization", "data_visualization"]


@pytest.mark.parametrize("layout", ["list", "text"])
def test_a_table_in_another_layout_stands_before_its_chart(tmp_path, layout: str) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("model\tndcg\nknn\t0.5\n")
    asked = {"type": "bar", "x": "model", "y": "ndcg"}
    said = of({"chart": asked, "layout": layout}, [str(path)], (), "hello", "step s")
    assert said.native["text"] == said.text
    assert "knn" in said.text
    assert [one["block"]["type"] for one in said.native["parts"]] == ["data_visualization"]
