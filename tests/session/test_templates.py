"""Templates: what they may use, and how they are told what is wrong with them."""

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.job import without_secrets
from slack_wrapper.session.facts import Lazy
from slack_wrapper.session.templates import is_file, render

CONTEXT = {
    "wildcards": {"sample": "a"},
    "data": Lazy({"scores": lambda: [{"model": "knn", "ndcg": 0.5}], "broken": lambda: 1 / 0}),
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("sample {{ wildcards.sample }}", "sample a"),
        ("{% for one in data.scores %}\n{{ one.model }}\n{% endfor %}", "knn"),
        ("{{ data.scores | table }}", "```\nmodel  ndcg\nknn     0.5\n```"),
        ("{{ data.scores | table('list') }}", "• *knn*: ndcg 0.5"),
        ("{{ '<!channel>' | e }}", "&lt;!channel&gt;"),
        ("{{ 'a < b' | link('https://example.org') }}", "<https://example.org|a &lt; b>"),
        ("{{ '%.2f' | format(data.scores[0].ndcg) }}", "0.50"),
    ],
)
def test_what_it_says(template: str, text: str) -> None:
    assert render(template, CONTEXT) == text


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("one\n{{ nothing }}", "report.md.j2, line 2: 'nothing' is undefined"),
        ("\n\n{{ wildcards.smple }}", "report.md.j2, line 3: 'dict object' has no attribute"),
        ("{{ data.nothing }}", "report.md.j2, line 1: "),
        ("{% if %}", "report.md.j2, line 1: expected an expression"),
        ("{% for x in data.scores %}", "report.md.j2, line 1: unexpected end of template"),
        ("{{ 1 / 0 }}", "report.md.j2, line 1: division by zero"),
        ("a\n{{ data.broken }}", "report.md.j2, line 2: division by zero"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(template: str, told: str) -> None:
    with pytest.raises(RequestError) as caught:
        render(template, CONTEXT, name="report.md.j2", rule="report")
    assert caught.value.message.startswith(f"step report: {told}")
    assert "wildcards: sample; data: scores, broken" in caught.value.hint


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ data.scores.append(1) }}",
        "{{ wildcards.update(x=1) }}",
        "{{ self.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{ data.scores.__class__ }}",
        "{{ ''.format_map.__globals__ }}",
        "{{ '{0.__class__}'.format(data) }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
    ],
)
def test_it_reads_values_and_does_nothing_else(template: str) -> None:
    with pytest.raises(RequestError):
        render(template, CONTEXT)
    assert CONTEXT["data"]["scores"] == [{"model": "knn", "ndcg": 0.5}]


@pytest.mark.parametrize(
    ("template", "is_it"),
    [("a.md.j2", True), ("report.jinja", True), ("{{ x }}", False), ("a\nb.j2", False)],
)
def test_a_file_is_known_by_its_name(template: str, is_it: bool) -> None:
    assert is_file(template) is is_it


def test_the_config_of_a_template_has_no_secret() -> None:
    config = {
        "slack": {"password": "hunter2"}, "password": "a", "db": {"api_key": "b", "host": "h"},
        "max_tokens": "c", "tokenizer": "bert", "PRIVATE-KEY": "d", "aws_secret": "e",
    }  # fmt: skip
    assert without_secrets(config) == {"db": {"host": "h"}, "tokenizer": "bert"}
