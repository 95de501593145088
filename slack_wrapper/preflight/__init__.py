"""What can be known before the first job: would the posts of a run get through?

Requests and a session come in, a table of findings goes out. Nothing is posted.
"""
