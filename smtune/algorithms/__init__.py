"""What the built-in algorithms are: pure tables of their hyperparameters, metrics and rules.

Nothing here imports an algorithm's own library, so a spec can be checked where nothing is trained.
"""
