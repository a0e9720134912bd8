"""Toy patterns, backgrounds and photos, drawn without any file."""
