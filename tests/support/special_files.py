"""Files that are none: a FIFO."""

import os
from pathlib import Path


def fifo(place: Path) -> Path:
    os.mkfifo(place)
    return place
