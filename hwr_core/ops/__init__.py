"""What whoever runs a server needs: backup, restore, and a doctor that finds what is wrong."""
