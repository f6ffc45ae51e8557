"""What `engine.py` can measure, a module for each section; `run` measures and prints."""
