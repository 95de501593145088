"""Commands for key files and passwords."""
