"""Programs that stand in for training containers: each reads and writes an /opt/ml tree, and nothing else."""
