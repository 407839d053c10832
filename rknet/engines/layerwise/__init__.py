"""Training of wide nets layer by layer: `cpu` streams weights through few threads, `cuda` records a graph."""
