"""Side-by-side measurements, each run as ``python -m benchmarks.<name>``."""
