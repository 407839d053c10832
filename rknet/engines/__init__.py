"""Who takes the steps of a training: `compiled` for narrow nets, `layerwise` for wide ones."""
