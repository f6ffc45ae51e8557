"""What `chaos.py` runs: a plan, the processes, what is done to them, and what is checked afterwards."""
