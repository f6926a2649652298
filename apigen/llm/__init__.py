"""Models: one small interface (`model.py`) and its implementations."""
