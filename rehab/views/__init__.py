"""The pages of rehab."""
