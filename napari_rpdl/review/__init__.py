"""Expert review: scales, blinded studies, the record of every answer, and what the answers prove."""
