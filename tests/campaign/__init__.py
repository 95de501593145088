"""A kill campaign that shares no code with `tests/faults`: its own Slack, workflow and counting."""
