"""Commands that post, or show what would be posted."""
