"""What `benchmarks/month.py` is made of: the plan, those who are told, the kills, the count afterwards."""
