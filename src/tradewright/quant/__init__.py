"""Arrays in, arrays out: indicators, performance, data quality, the compiler behind its door. Knows no other room."""
