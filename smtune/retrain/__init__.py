"""Training jobs of a tuning job trained once more, each exactly once: what `verify` and `growth` have in common."""
