"""The recordings room: what was filmed, where and when, and finding it again."""
