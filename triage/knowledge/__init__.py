"""The only reader of the knowledge of triage: parse, check, freeze, cache."""
