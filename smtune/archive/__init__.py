"""A tuning job in one folder: written, verified, and read again as if it were on AWS.

Nothing is imported here: `smtune list` looks at what was imported without loading what reads it.
"""
