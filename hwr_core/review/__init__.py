"""Review: which predictions a user should label next, and which labels are likely wrong."""
