"""Parameters -> message: what a step says, as text, blocks, tables and files.

Parameters of a step come in, a `Request` and its composed `Draft` go out. Pure: it reads the files
that a step names, and knows neither Slack's answers, nor the state on disk, nor Snakemake.
"""
