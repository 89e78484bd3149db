"""What happens on a record's page, whatever the record is."""
