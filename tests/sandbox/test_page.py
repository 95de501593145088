"""What a person sees, live and exported."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from slack_sdk import WebClient

from slack_wrapper.html.mrkdwn import Text
from slack_wrapper.sandbox import page
from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER
from tests.support.sandbox_page import get, share

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
TEXT = Text({"U1": "ada"}, {"C1": "general"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*b* _i_ ~s~ `c*d*`", "<strong>b</strong> <em>i</em> <del>s</del> <code>c*d*</code>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("<@U1> <#C1> <!channel>", "@ada|#general|@channel"),
        (
            "<https://e.org/a_b_c|x_y_z>",
            '<a href="https://e.org/a_b_c" rel="noreferrer">x_y_z</a>',
        ),
        ("&lt;!channel&gt; &lt;@U1&gt;", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ('<https://e.org/"onclick=x|y>', "&lt;https://e.org/&quot;onclick=x|y&gt;"),
        (":tada: :unknown_one:", "🎉 :unknown_one:"),
        ("a\nb", "a<br>b"),
        ("> q\n> r\ns", "<blockquote>q<br>r</blockquote>s"),
        ("```\n*x* <b>\n```", "<pre>*x* &lt;b&gt;</pre>"),
        ("an odd ` backtick", "an odd ` backtick"),
    ],
)
def test_mrkdwn(text: str, shown: str) -> None:
    rendered = TEXT.mrkdwn(text)
    if "|#" in shown:
        shown = " ".join(f'<span class="mention">{one}</span>' for one in shown.split("|"))
    assert rendered == shown


def test_markdown() -> None:
    rendered = TEXT.markdown("# T\n**b** *i* `*c*` [l](https://e.org)\n* item")
    assert "<strong>T</strong><br><strong>b</strong> <em>i</em> <code>*c*</code>" in rendered
    assert '<a href="https://e.org" rel="noreferrer">l</a>' in rendered
    assert '<i>•</i>item' in rendered  # fmt: skip


def test_the_live_page(box: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=MEMBER, text="root")["ts"]
    web.chat_postMessage(channel=MEMBER, text="a reply", thread_ts=root)
    web.reactions_add(channel=MEMBER, timestamp=root, name="eyes")
    web.chat_update(channel=MEMBER, ts=root, text="<b>changed</b>")
    shown, _ = get(box, "/channel/librec_channel")
    for expected in (
        "&lt;b&gt;changed&lt;/b&gt;", "(edited)", "👀 1", "1 reply", "a reply", "APP", "smkbot",
        "general", "secret-lab", "setInterval",
    ):  # fmt: skip
        assert expected in shown
    link = web.chat_getPermalink(channel=MEMBER, message_ts=root)["permalink"]
    assert f'id="{link.rpartition("/")[2]}"' in get(box, link.removeprefix(box.url))[0]
    assert "Nothing has been posted" in get(box, "/channel/general")[0]


def test_all_kinds_of_blocks(box: Sandbox, web: WebClient) -> None:
    plain = {"type": "plain_text", "text": "*as it is*"}
    rich = {"type": "text", "text": "<bold>", "style": {"bold": True}}
    blocks = [
        {"type": "header", "text": plain},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "_small_"}]},
        {"type": "image", "image_url": "https://e.org/x.png", "alt_text": "a <plot>"},
        {"type": "actions", "elements": [{"type": "button", "text": plain}]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [rich]}],
        },
        {
            "type": "video",
            "title": plain,
            "alt_text": "a",
            "video_url": "https://e.org/v",
            "thumbnail_url": "https://e.org/t",
        },
    ]
    attachment = {"color": "danger", "title": "T<", "text": "*x*", "footer": "f"}
    web.chat_postMessage(channel=MEMBER, text="x", blocks=blocks, attachments=[attachment])
    shown, _ = get(box, "/")
    for expected in (
        "<h3>*as it is*</h3>", "<hr>", "<em>small</em>", "a &lt;plot&gt;",
        '<span class="button">*as it is*</span>', "<strong>&lt;bold&gt;</strong>",
        "border-color:#e01e5a", "T&lt;", "<strong>x</strong>",
    ):  # fmt: skip
        assert expected in shown
    assert "https://e.org/x.png" not in shown  # the page loads nothing from elsewhere


def test_files_cannot_run_as_pages(box: Sandbox, web: WebClient) -> None:
    identifier = share(web, "evil.html", b"<script>alert(1)</script>", "evil")
    _, headers = get(box, f"/files/{identifier}")
    assert headers["Content-Type"].startswith("text/plain")
    assert headers["Content-Security-Policy"] == "sandbox"
    with pytest.raises(urllib.error.HTTPError):
        get(box, "/files/F9")


def test_the_export_needs_nothing_beside_it(
    box: Sandbox, web: WebClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(web, "plot.png", PNG, "A plot")
    share(web, "table.csv", b"a,b", "A table")
    text = page.export(box.store, tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert '<img src="data:image/png;base64,' in text
    assert 'download="table.csv"' in text
    assert "setInterval" not in text
    assert "/channel/" not in text
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["page.html"]
    monkeypatch.setattr(page, "_EMBED_BYTES", 10)
    text = page.export(box.store, tmp_path / "big.html").read_text(encoding="utf-8")
    beside = next((tmp_path / "files").iterdir())
    assert f'src="files/{beside.name}"' in text
    assert beside.read_bytes() == PNG
