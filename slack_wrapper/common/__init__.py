"""What all packages share and that knows nothing of Slack, Snakemake or key files.

Comes in: paths, texts, file descriptors. Goes out: safe ways to read, write, lock, print and
measure them. Imports the standard library, small libraries, and `slack_wrapper.errors` only.
"""
