"""Side-by-side benchmarks: `python -m benchmarks` prints one table; see README.md."""
