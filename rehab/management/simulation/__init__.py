"""Invented runners who use the real actions for weeks, as a test of safety: see ``manage.py simulate``."""
