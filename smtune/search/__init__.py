"""Which configuration a tuning job tries next, and what it has learned: pure, of numbers and ranges alone."""
