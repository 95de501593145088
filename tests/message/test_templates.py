"""Templates: what they may use, and how they are told what is wrong with them."""

import json

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.message.run_facts import Lazy
from slack_wrapper.message.templates import Escaped, is_file, render
from slack_wrapper.snakemake_adapter.job import without_secrets

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


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("<!here> {{ x }}", "<!here> &lt;!channel&gt; it's \"q\" &amp;"),
        ("{{ x | raw }}", "<!channel> it's \"q\" &"),
        ("{{ x | e }}", "&lt;!channel&gt; it's \"q\" &amp;"),
        ("{{ (x | e) ~ \" it's\" }}", "&lt;!channel&gt; it's \"q\" &amp; it's"),
        ("{% macro m(v) %}<!here> {{ v }}{% endmacro %}{{ m('<') }}", "<!here> &lt;"),
        ("{{ ['<!here>'] | join(x[:1]) }}", "&lt;!here&gt;"),
        ("{{ ['<!here>'] | tojson }}", '["\\u0026lt;!here\\u0026gt;"]'),
        ("{{ 'a|b>' | link('https://h/a|b> <!channel>') }}",
         "<https://h/a%7Cb%3E%20%3C!channel%3E|a¦b&gt;>"),
        ("{{ 'a' | link('javascript:alert(1)') }}", "a"),
        ("{{ '%d' | format(12345678) }} {{ '{:,}'.format(12345678) }}", "12345678 12,345,678"),
        ("{% for one in [1, 2] %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/2 2/2"),
    ],
)  # fmt: skip
def test_values_are_escaped_and_what_the_author_writes_is_not(template: str, said: str) -> None:
    assert render(template, {"x": '<!channel> it\'s "q" &'}) == said


def test_in_json_a_value_stays_a_text() -> None:
    value = 'a", "b": "<!here>'
    said = render('{"a": "{{ x }}"}', {"x": value}, escaped=Escaped.JSON)
    assert json.loads(said) == {"a": 'a", "b": "&lt;!here&gt;'}
    dumped = render('{"a": {{ x | tojson }}}', {"x": value}, escaped=Escaped.JSON)
    assert json.loads(dumped) == json.loads(said)


BOMBS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}" + "z" * 99_999 + "{% endfor %}",
    "{{ 'x' * 10**9 }}", "{{ [0] * 10**9 }}", "{{ 9 ** 9999 ** 9999 }}", "{{ 2 ** 99999999 }}",
    "{{ '%0999999999d' % 1 }}", "{{ '%*d' % (999999999, 1) }}",
    "{{ '%.999999999f' | format(1.0) }}", "{{ 'x' | center(10**9) }}",
    "{{ 'x'.ljust(10**9) }}", "{{ '{:>999999999}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w=999999999) }}", "{{ 'a' | indent(10**9) }}",
    "{{ [1] | batch(10**9, 'x') | list }}", "{{ [1] | slice(10**9) | list }}",
    "{{ 1.5 | round(10**9) }}", "{{ [1] | tojson(indent=10**9) }}", "{{ lipsum(n=10**9) }}",
    "{{ ['x'] | map('center', 10**9) | join }}", "{{ range(99999) | join('x' * 100000) }}",
    "{{ ('x' * 999999) | replace('x', 'y' * 99999) }}", "{{ 'x'.replace('', 'y' * 999999) * 9 }}",
    "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    "{% macro d(x) %}{{ x }}{{ x }}{% endmacro %}{{ " + "d(" * 60 + "'x'" + ")" * 60 + " }}",
    "{% set n = namespace(x='xx') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}",
    "{% set n = namespace(x=2) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}"
    "{{ n.x }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "{% for a in range(99) recursive %}"
    "{{ loop(range(99)) }}{% endfor %}", "{{ range(10**9) }}", "x" * 300_000,
]  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("template", BOMBS, ids=range(len(BOMBS)))
def test_a_template_takes_bounded_time_and_room(template: str) -> None:
    """Each of these would take minutes or gigabytes; ended within this process, with an error."""
    with pytest.raises(RequestError, match="the post: template"):
        render(template, {})


def test_what_looks_like_a_secret_is_not_in_the_config() -> None:
    config = {"db": [{"dbPassword": "p1", "host": "h"}], "PGPASSWORD": "p2", "dsn": "p3",
              "pass": "p4", "pwd": "p5", "webhook": "p6", "url": "postgres://ada:p7@host/x",
              "list": ["ftp://ada:p8@host"], "plain": 1, "slack": {"channel": "p9"}}  # fmt: skip
    shown = without_secrets(config)
    assert not [word for word in map("p{}".format, range(1, 10)) if word in str(shown)]
    assert shown["db"] == [{"host": "h"}]
    assert shown["plain"] == 1
    listed = without_secrets({**config, "slack": {"template_config": ["plain", "pass"]}})
    assert listed == {"plain": 1}
