"""Pixie."""
