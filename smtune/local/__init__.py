"""The local engine: SageMaker's tuning service on this machine, behind a real boto3 session."""
