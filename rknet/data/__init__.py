"""The data: `points` of known laws, their Bayes limits in `bayes`, and `images` of MNIST and Fashion-MNIST."""
