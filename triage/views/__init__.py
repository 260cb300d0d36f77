"""The pages of triage: screening, items, examination, causes and diagnosis."""
