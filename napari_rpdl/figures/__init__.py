"""Pictures without a display: the paper's figures, and ours."""
