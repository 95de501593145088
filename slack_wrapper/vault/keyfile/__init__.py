"""The encrypted key file: its format, its cryptography, and how it is shared."""
