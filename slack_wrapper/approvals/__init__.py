"""Questions that people answer with a reaction.

A request with terms comes in; `approved`, `rejected` or `timed_out` goes out, hours later perhaps.
Snakemake and passwords are not known here.
"""
