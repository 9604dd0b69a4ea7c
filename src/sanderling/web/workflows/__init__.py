"""Pages of workflows: their list, their picture and blocks, their launches."""
