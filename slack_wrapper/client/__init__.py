"""Slack's Web API: calls, retries, messages, uploads. The token comes in as a value."""
