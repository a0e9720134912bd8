"""Faces of movable parts, and networks that tell them from scrambled ones."""
