"""What `engine.py` measures: the same jobs for each system, and what runs and watches them."""
