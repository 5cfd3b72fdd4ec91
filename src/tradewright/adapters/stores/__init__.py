"""Where market data is kept: Delta tables on disk, read with Polars and, for SQL, with DuckDB."""
