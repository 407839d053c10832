"""Networks beyond the paper's: what its outlook names and what the field has asked for since, an idea in each file."""
