"""The bug zoo: faults that others really had, planted into the engine while a run lasts, to see them caught."""
