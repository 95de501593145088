"""The command `slack-wrapper`: one module a sub-command."""
