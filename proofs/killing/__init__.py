"""Parts of the proof of the kill switch, the guard and the alerts."""
