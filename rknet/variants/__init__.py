"""Networks beyond the paper's: what its outlook names and what the field has asked for since, each idea in a file of its own."""
