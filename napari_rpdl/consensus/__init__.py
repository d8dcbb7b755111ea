"""What the surgeons agree on: votes, the reward-penalty map, agreement and its upper bound."""
