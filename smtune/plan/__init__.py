"""What a launch does, as data: uploads and the exact request, and the file that holds them."""

from smtune.plan.build import HELD_OUT_TAGS, MAX_TAGS, SPEC_TAG, Plan, Prepared, Upload, plan

__all__ = ["HELD_OUT_TAGS", "MAX_TAGS", "SPEC_TAG", "Plan", "Prepared", "Upload", "plan"]
