"""The password-encrypted key file. Knows no Slack beyond what a token looks like."""
