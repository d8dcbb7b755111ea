"""A prediction against every surgeon, the trivial answer and the critical structures."""
