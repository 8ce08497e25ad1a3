"""The verbs that write a review or complaint, one file for each."""
