"""What `slack-wrapper init` writes into a project."""
