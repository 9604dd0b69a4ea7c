"""The door for programs: the compatible API (v1, v2, v3), its wire shapes and its errors."""
