"""From the words of a turn to what they mean: names, corrections, dishes, choices; and what is said beside the food."""
