"""Settings of people and rights: users, teams, roles, view as, why."""
