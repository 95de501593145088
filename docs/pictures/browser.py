"""Pictures of the sandbox's page, made by a headless Chromium.

`pictures` writes two PNGs of a page that `export` made: wide and light, and dark at a phone's
width. They are small, and cropped to the messages. Threads are open in the wide one.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from slack_wrapper.sandbox import page
from slack_wrapper.sandbox.server import Sandbox

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-color-emoji", "fonts-dejavu-core", "fonts-lato")
COLORS = (128, 64, 48)  # of the palette, the first that makes the picture small enough
SECONDS = 120
MOST_BYTES = 60_000
WIDE, PHONE = 680, 390  # pixels
_BOTTOM = 12  # pixels that stay below what is on the page
_HEIGHT = 3000  # pixels of the window; what stays empty is cut off
_LEAST = 500  # pixels: the narrowest window that Chromium opens
_STYLE = (
    "<style>nav,header,.day{display:none!important}body{display:block;width:%dpx}</style></head>"
)
_MACHINE = socket.gethostname()
HOST = "node07"


class NoBrowser(Exception):
    """There is no Chromium, and this machine cannot have one by itself."""


def browser() -> str:
    """Return the path of a Chromium; on a Debian machine of ours install it first.

    Raises:
        NoBrowser: there is none.
    """
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {' '.join(PACKAGES)}", file=sys.stderr)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        found = shutil.which(NAMES[0])
        if found:
            return found
    raise NoBrowser(f"there is no Chromium; install the Debian packages {' '.join(PACKAGES)}")


def export(sandbox: Sandbox, out: Path, channel: str | None = None, *, unfold: bool = True) -> Path:
    """Write the page of a channel with its threads open, for `pictures`.

    Args:
        sandbox: it need not be running.
        out: the HTML file.
        channel: its name; None for the first that has messages.
        unfold: whether the last fold is open: that of the card which the channel sees.
    """
    page.export(sandbox.store, out, channel)
    text = out.read_text(encoding="utf-8")
    text = text.replace('<details class="thread"', '<details open class="thread"')
    first, fold, last = text.rpartition('<details class="fold"')
    if unfold:
        text = first + fold.replace("details", "details open") + last
    # Whose machine it is, and where the study lies, is nothing to show.
    text = text.replace(f"@{_MACHINE}", f"@{HOST}").replace(f"root@{HOST}", f"ada@{HOST}")
    text = re.sub(r"/tmp/\w+/", "/home/ada/", text)
    out.write_text(text, encoding="utf-8")
    return out


def pictures(html: Path, out: Path) -> list[Path]:
    """Write the pictures of a page: `NAME.png`, wide and light; `NAME-phone.png`, narrow and dark.

    Args:
        html: what `export` wrote.
        out: the first PNG; the second lies beside it.

    Raises:
        NoBrowser: there is no Chromium.
        RuntimeError: it makes no picture, or one that is too large.
    """
    phone = out.with_name(f"{out.stem}-phone.png")
    _picture(html, out, WIDE, dark=False)
    _picture(html, phone, PHONE, dark=True)
    for one in (out, phone):
        size = one.stat().st_size
        print(f"{one.name}: {size:,} bytes", flush=True)
        if size > MOST_BYTES:
            raise RuntimeError(f"{one.name} has {size} bytes, more than {MOST_BYTES}")
    return [out, phone]


def _picture(html: Path, out: Path, width: int, *, dark: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        styled = Path(folder) / "page.html"
        text = html.read_text(encoding="utf-8").replace("</head>", _STYLE % width, 1)
        if width == PHONE:
            text = text.replace('<details open class="thread"', '<details class="thread"')
        styled.write_text(text, encoding="utf-8")
        shot = Path(folder) / "page.png"
        _shoot(styled, shot, max(width, _LEAST), dark=dark)
        with Image.open(shot) as image:
            cropped = _cropped(image.convert("RGB"), width)
    for colors in COLORS:
        cropped.quantize(colors, dither=Image.Dither.NONE).save(out, optimize=True)
        if out.stat().st_size <= MOST_BYTES:
            break


def _shoot(html: Path, out: Path, width: int, *, dark: bool) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--window-size={width},{_HEIGHT}",
            f"--blink-settings=preferredColorScheme={int(not dark)}",
            f"--screenshot={out}", html.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    if not out.exists():
        raise RuntimeError(f"chromium made no picture: {done.stderr[-500:]}")


def _cropped(image: Image.Image, width: int) -> Image.Image:
    """Return a picture without the empty part at its bottom and right."""
    image = image.crop((0, 0, width, image.height))
    empty = Image.new("RGB", image.size, image.getpixel((width - 1, image.height - 1)))
    box = ImageChops.difference(image, empty).getbbox()
    bottom = min(image.height, (box[3] if box else image.height) + _BOTTOM)
    return image.crop((0, 0, width, bottom))
