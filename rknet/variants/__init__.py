"""Networks beyond the paper's: what its outlook names and what the field has asked for since.

Each idea has a file of its own.
"""
