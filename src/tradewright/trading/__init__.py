"""Decisions: functions of state and time, without ports, clocks or input and output."""
