"""State on disk: what is being posted, what waits, what was posted.

Records come in and go out, as JSON that a person can read, without a secret. It knows neither
Slack's API nor keys; it is what survives an outage and a crash.
"""
