"""What a case is, how it comes in and how it goes out."""
