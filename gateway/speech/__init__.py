"""Speech services over engines that are given to them, the words for numbers, and the spoken clips. Pure."""
