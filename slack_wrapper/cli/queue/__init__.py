"""Commands for what waits: here in the outbox, or at Slack."""
