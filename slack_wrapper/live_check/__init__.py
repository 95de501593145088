"""What is believed of Slack, tried on a real workspace: `slack-wrapper check --live`.

A session and a channel come in; one message of each kind is posted, read back, compared and
deleted; a table of beliefs goes out. Only here do we ask Slack what it made of our calls. Each
belief is one function, in the file of its family.
"""
