"""What survives a Slack outage: posts that wait to be delivered. Knows no vault."""
