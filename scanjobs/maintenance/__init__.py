"""What an installation needs now and then: backups."""
