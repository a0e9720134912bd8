"""Heads on frozen features: train them, evaluate them at every place, compare them."""
