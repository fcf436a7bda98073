"""Roll-ups: predictions counted by day, user and the like, so that figures need not look at each of them."""
