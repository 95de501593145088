"""Pictures of the sandbox's page, made by a headless Chromium.

`picture` takes a channel of a sandbox and writes a PNG: small, cropped to what is on the page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from slack_wrapper.sandbox import page
from slack_wrapper.sandbox.server import Sandbox

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-color-emoji", "fonts-dejavu-core", "fonts-lato")
COLORS = 128  # of the palette: a page of text needs no more, and the file is a third
SECONDS = 120
_BOTTOM = 24  # pixels that stay below what is on the page


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


def picture(
    sandbox: Sandbox, out: Path, channel: str | None = None, *, width: int = 1100, height: int = 900
) -> Path:
    """Write the page of a channel as a PNG.

    Args:
        sandbox: it need not be running.
        out: the PNG.
        channel: its name; None for the first that has messages.
        width: pixels of the window.
        height: pixels of the window at most; what stays empty at the bottom is cut off.

    Raises:
        NoBrowser: there is no Chromium.
    """
    with tempfile.TemporaryDirectory() as folder:
        html = page.export(sandbox.store, Path(folder) / "page.html", channel)
        shot = Path(folder) / "page.png"
        _shoot(html, shot, width, height)
        with Image.open(shot) as image:
            _cropped(image.convert("RGB")).quantize(COLORS, dither=Image.Dither.NONE).save(
                out, optimize=True
            )
    return out


def _shoot(html: Path, out: Path, width: int, height: int) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--window-size={width},{height}",
            f"--screenshot={out}", html.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    if not out.exists():
        raise RuntimeError(f"chromium made no picture: {done.stderr[-500:]}")


def _cropped(image: Image.Image) -> Image.Image:
    """Return a picture without the empty part at its bottom; the sidebar does not count."""
    right = image.crop((image.width // 3, 0, image.width, image.height))
    empty = Image.new("RGB", right.size, right.getpixel((right.width - 1, right.height - 1)))
    box = ImageChops.difference(right, empty).getbbox()
    bottom = min(image.height, (box[3] if box else image.height) + _BOTTOM)
    return image.crop((0, 0, image.width, bottom))
