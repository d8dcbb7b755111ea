"""Views: build controls, emit wishes, show state."""
