"""The one error for a release of Snakemake that is not as those that this package was seen on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from slack_wrapper.errors import SnakemakeDiffers

SEEN = "9.1.4 to 9.27"  # releases; `make matrix` runs the ends and what is between


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Tell it clearly where what Snakemake is asked for is not there, or is of another form.

    Args:
        what: is asked for, such as `the running jobs`.

    Raises:
        SnakemakeDiffers: it is not.
    """
    try:
        yield
    except (AttributeError, TypeError, ImportError) as error:
        raise SnakemakeDiffers(
            f"Snakemake {version()} does not tell {what}: {error}",
            hint=f"slack-wrapper is tested with Snakemake {SEEN}; please report this release",
        ) from None


def version() -> str:
    """Return the version of the Snakemake that runs, `?` when it does not say."""
    return str(getattr(sys.modules.get("snakemake"), "__version__", "?"))
