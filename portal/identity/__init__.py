"""Who asks: e-mail codes, visits, proofs of identity."""
