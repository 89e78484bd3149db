"""Users, teams and roles as the settings show them, and why somebody may see something."""
