"""Heads on frozen features: trained, asked everywhere, compared."""
