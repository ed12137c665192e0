"""A fuzzer for everything smtune reads before it does anything: `PYTHONPATH=tests python -m fuzz --seconds 60`."""
