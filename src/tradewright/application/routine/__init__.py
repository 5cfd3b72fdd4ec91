"""What a trading desk does day by day by itself: look at its data, back up, look at risk, sum up the day."""
