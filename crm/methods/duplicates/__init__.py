"""Which records are the same person or the same company (Fellegi and Sunter, 1969)."""
