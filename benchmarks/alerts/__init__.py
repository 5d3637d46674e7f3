"""How often alerts cry wolf, how soon they see what goes wrong, and whether a tuned loss detector sees it as soon."""
