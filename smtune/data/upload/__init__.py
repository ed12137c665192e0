"""Files and folders -> S3, each content once: `send` what a plan names, `upload` a folder below its own hash.

Nothing is imported here: `smtune plan` reads trees and hashes without loading boto3.
"""
