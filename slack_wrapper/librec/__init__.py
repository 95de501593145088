"""What users of librec-auto bring along: its Slack script, and its study configurations."""
