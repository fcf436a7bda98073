"""What commands print: predictions, numbers, tables, a job as it goes, and exit statuses."""
