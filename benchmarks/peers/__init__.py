"""What `engine.py` measures: the same two jobs for each system, and what runs and watches them."""
