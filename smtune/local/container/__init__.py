"""Training jobs in containers, through the SageMaker SDK's own local mode."""
