"""Every test here may ask for an AWS account."""

from aws_account import account as account
