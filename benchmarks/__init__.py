"""How fast and how large: the workloads of Tradewright alone (`python -m benchmarks`) or beside peers."""
