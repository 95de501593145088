"""Exit codes of `slack-wrapper`."""

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_QUEUED = 75  # EX_TEMPFAIL of sysexits.h: kept, to be delivered later
