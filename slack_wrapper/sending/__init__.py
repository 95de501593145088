"""One post on its way: written down, sent in its turn, found after a crash, kept in an outage.

A `Request` and a `Workspace` come in, a receipt goes out. It knows nothing of Snakemake, of
passwords, and of who asks.
"""
