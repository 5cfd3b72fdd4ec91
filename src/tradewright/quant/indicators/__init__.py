"""Indicators: what traders compute from bars. One step function each; series and streaming both come from it."""
