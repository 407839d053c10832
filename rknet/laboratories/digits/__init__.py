"""The laboratory that reads a drawn digit with a convolutional net of Section 4.5."""
