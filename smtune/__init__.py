"""smtune: one YAML file for a SageMaker hyperparameter tuning job."""

__version__ = "0.1.0"
