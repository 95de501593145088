"""A script job that keeps what it is given."""

import os
from pathlib import Path

own = Path(__file__).read_text()
told = [snakemake.config, vars(snakemake).keys(), dict(os.environ), own]  # noqa: F821
Path(snakemake.output[0]).write_text("\n".join(map(str, told)))  # noqa: F821
