"""Blocks and mrkdwn as a page, for the sandbox and for previews.

Messages come in as Slack's JSON, safe HTML goes out. No server, no product code.
"""
