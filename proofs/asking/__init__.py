"""The doors over HTTP, proven: tenants that must not meet, wishes that come twice, any request at all."""
