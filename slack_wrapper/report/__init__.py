"""What a run says of itself and of its failures, as text.

Plain records and logs come in, redacted text goes out. It knows nothing of Slack's API.
"""
