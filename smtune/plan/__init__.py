"""What a launch does, as data: uploads and the exact request, and the file that holds them."""

from smtune.plan.build import MAX_TAGS, SPEC_TAG, TEST_TAG, Plan, Prepared, Upload, plan

__all__ = ["MAX_TAGS", "SPEC_TAG", "TEST_TAG", "Plan", "Prepared", "Upload", "plan"]
