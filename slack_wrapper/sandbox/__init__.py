"""A Slack-compatible server on this machine, and a page that shows its channels."""
