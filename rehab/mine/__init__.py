"""What the runner's own pages show: who is asking, today, the session, and what was logged."""
