"""The real disk: files written so that a crash leaves the old content or the new, never half."""
