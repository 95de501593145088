"""Messages that many steps share: posted once, changed as further lines come in.

Requests with `coalesce` come in, each gets a receipt of the one message.
"""
