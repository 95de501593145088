"""Tests of what all packages share."""
